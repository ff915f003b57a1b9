import Authentication
import Synchronization
import Testing

@Suite("The tokens that stand for API keys")
struct APIKeyTokensTests {
    /// An Auth that counts how often it is asked, and the time, both in the test's hand.
    final class Auth: Sendable {
        let known = Mutex<Set<String>>([])
        let isAway = Atomic(false)
        let questions = Atomic(0)
        let now = Atomic(1_000_000)
        /// Who asks is answered once this is set.
        let answers = Atomic(true)

        func tokens() -> APIKeyTokens {
            APIKeyTokens(now: { self.now.load(ordering: .relaxed) }) { key throws(AuthenticationError) in
                let number = self.questions.add(1, ordering: .relaxed).newValue
                while !self.answers.load(ordering: .relaxed) { await Task.yield() }
                if self.isAway.load(ordering: .relaxed) { throw .unavailable(reason: "test") }
                guard self.known.withLock({ $0.contains(key.text) }) else { throw .invalid(reason: "test") }
                let now = self.now.load(ordering: .relaxed)
                return APIKeyGrant(
                    text: "token-\(number)",
                    token: AccessToken(
                        userID: 7, tokenID: "t\(number)", sessionID: "key", epoch: 0, role: .user, issuedAt: now,
                        expiresAt: now + 300, scopes: [.readStrategies]))
            }
        }

        func makeKey() -> String {
            let key = APIKey().text
            known.withLock { _ = $0.insert(key) }
            return key
        }

        /// How many keys were not looked up, as too many were.
        let overloads = Atomic(0)

        func tryUnknownKey(_ tokens: APIKeyTokens) async {
            do throws(AuthenticationError) {
                _ = try await tokens.grant(for: APIKey().text)
            } catch {
                if case .unavailable = error { overloads.add(1, ordering: .relaxed) }
            }
        }

        var count: Int { questions.load(ordering: .relaxed) }
    }

    private func error(_ body: () async throws -> Void) async -> AuthenticationError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? AuthenticationError
        }
    }

    private func isInvalid(_ error: AuthenticationError?) -> Bool {
        if case .invalid = error { true } else { false }
    }

    @Test("a hundred requests with a new key ask Auth once, and the next thousand not at all")
    func singleFlight() async throws {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), auth.makeKey())
        #expect(tokens.cached(key) == nil)
        auth.answers.store(false, ordering: .relaxed)
        let grants = try await withThrowingTaskGroup(of: APIKeyGrant.self) { group in
            for _ in 0..<100 { group.addTask { try await tokens.grant(for: key) } }
            auth.answers.store(true, ordering: .relaxed)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(grants.map(\.text)) == ["token-1"])
        for _ in 0..<1000 { #expect(tokens.cached(key)?.text == "token-1") }
        #expect(auth.count == 1)
    }

    @Test("a token is used until ten seconds before it expires, then Auth is asked again")
    func expiry() async throws {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), auth.makeKey())
        _ = try await tokens.grant(for: key)
        auth.now.add(289, ordering: .relaxed)
        #expect(tokens.cached(key) != nil)
        auth.now.add(1, ordering: .relaxed)
        #expect(tokens.cached(key) == nil)
        #expect(try await tokens.grant(for: key).text == "token-2")
    }

    @Test("a key that Auth does not know is refused without asking again for ten seconds")
    func refusals() async {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), APIKey().text)
        for _ in 0..<50 { #expect(isInvalid(await error { _ = try await tokens.grant(for: key) })) }
        #expect(auth.count == 1)
        auth.now.add(10, ordering: .relaxed)
        #expect(isInvalid(await error { _ = try await tokens.grant(for: key) }))
        #expect(auth.count == 2)
    }

    @Test("a mistyped key is refused without asking at all")
    func slips() async {
        let auth = Auth()
        let tokens = auth.tokens()
        for key in ["cdk_", "cdk_0", auth.makeKey() + "0", String(auth.makeKey().dropLast())] {
            #expect(isInvalid(await error { _ = try await tokens.grant(for: key) }))
        }
        #expect(auth.count == 0)
    }

    @Test("whoever tries many keys at once makes Auth look up 32 of them at a time, and known keys go on")
    func storm() async throws {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), auth.makeKey())
        _ = try await tokens.grant(for: key)
        auth.answers.store(false, ordering: .relaxed)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 { group.addTask { await auth.tryUnknownKey(tokens) } }
            while auth.overloads.load(ordering: .relaxed) < 468 { await Task.yield() }
            #expect(auth.count == 33)
            #expect(tokens.cached(key) != nil)
            auth.answers.store(true, ordering: .relaxed)
        }
        #expect(auth.overloads.load(ordering: .relaxed) == 468)
    }

    @Test("an Auth that is away is asked again, and says nothing against the key")
    func away() async throws {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), auth.makeKey())
        auth.isAway.store(true, ordering: .relaxed)
        for _ in 0..<2 {
            #expect(await error { _ = try await tokens.grant(for: key) } == .unavailable(reason: "test"))
        }
        auth.isAway.store(false, ordering: .relaxed)
        #expect(try await tokens.grant(for: key).text == "token-3")
    }

    @Test("a token that is refused is forgotten once, and not the one that has taken its place")
    func forgotten() async throws {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), auth.makeKey())
        let first = try await tokens.grant(for: key)
        tokens.forget(first, of: key)
        #expect(tokens.cached(key) == nil)
        let second = try await tokens.grant(for: key)
        tokens.forget(first, of: key)
        #expect(tokens.cached(key) == second)
    }

    @Test("ten thousand keys that nobody uses again do not push out one that is used")
    func bounded() async throws {
        let auth = Auth()
        let (tokens, key) = (auth.tokens(), auth.makeKey())
        _ = try await tokens.grant(for: key)
        for _ in 0..<11_000 {
            _ = try await tokens.grant(for: auth.makeKey())
            _ = tokens.cached(key)
        }
        #expect(tokens.cached(key)?.text == "token-1")
    }
}
