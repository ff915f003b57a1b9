import Authentication
import Testing

@Suite("The cache of verified tokens")
struct TokenCacheTests {
    private func token(_ number: Int) -> AccessToken {
        AccessToken(
            userID: number, tokenID: "t", sessionID: "s", epoch: 0, role: .user, issuedAt: 0, expiresAt: 1000)
    }

    @Test("it never holds more than its capacity, however many tokens come")
    func bound() {
        let cache = TokenCache(capacity: 320)
        for number in 0..<20_000 {
            cache.store(token(number), for: "token \(number)")
            if number % 500 == 0 { #expect(cache.count <= 320) }
        }
        #expect(cache.count <= 320)
        #expect(cache.count >= 100)
    }

    @Test("what is used stays while others pass through")
    func recency() {
        let cache = TokenCache(capacity: 320)
        cache.store(token(1), for: "used")
        for number in 0..<20_000 {
            cache.store(token(number), for: "token \(number)")
            if number % 3 == 0 { #expect(cache.token(for: "used", now: 0) == token(1)) }
        }
    }

    @Test("many threads at once find what they stored or nothing")
    func concurrency() async {
        let cache = TokenCache(capacity: 3200)
        let isRight = await withTaskGroup(of: Bool.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<5000).allSatisfy { number in
                        let name = "token \(number % 700) \(task % 2)"
                        cache.store(self.token(number % 700), for: name)
                        let found = cache.token(for: name, now: 0)
                        return found == nil || found?.userID == number % 700
                    }
                }
            }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(isRight)
    }
}
