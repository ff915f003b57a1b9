import Authentication
import Logging
import Synchronization
import Testing

@Suite("The token verifier")
struct TokenVerifierTests {
    static let keys = JSONWebKeySet(keys: [ForgedToken.key.publicKey])
    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A publisher of keys that counts how often it is asked, and the time, both in the test's hand.
    final class Publisher: Sendable {
        let published = Mutex<JSONWebKeySet?>(TokenVerifierTests.keys)
        let fetches = Atomic(0)
        let now = Atomic(ForgedToken.now)

        func verifier(minimumFetchInterval: Duration = .seconds(3600)) -> TokenVerifier {
            var configuration = TokenVerifierConfiguration(
                issuer: ForgedToken.issuer, audience: ForgedToken.audience, cacheCapacity: 64)
            configuration.minimumFetchInterval = minimumFetchInterval
            configuration.now = { self.now.load(ordering: .relaxed) }
            return TokenVerifier(configuration: configuration, logger: TokenVerifierTests.logger) {
                () async throws(AuthenticationError) -> JSONWebKeySet in
                self.fetches.add(1, ordering: .relaxed)
                try? await Task.sleep(for: .milliseconds(20))
                guard let keys = self.published.withLock({ $0 }) else { throw .unavailable(reason: "test") }
                return keys
            }
        }

        var count: Int { fetches.load(ordering: .relaxed) }
    }

    private func error(_ body: () async throws -> Void) async -> AuthenticationError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? AuthenticationError
        }
    }

    @Test("a hundred callers with an unknown key cause one fetch")
    func coalescing() async throws {
        let publisher = Publisher()
        let verifier = publisher.verifier()
        let token = try ForgedToken().signed()
        #expect(!verifier.isReady)
        let verified = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { (try? await verifier.verify(token)) != nil } }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(verified)
        #expect(publisher.count == 1)
        #expect(verifier.isReady)
    }

    @Test("unknown keys cause no further fetch within the minimum interval, and are refused")
    func storm() async throws {
        let publisher = Publisher()
        let verifier = publisher.verifier()
        _ = try await verifier.verify(try ForgedToken().signed())
        let kid = ForgedToken.foreignKey.publicKey.keyID
        let foreign = try ForgedToken.with(header: "kid", "\"\(kid)\"").signed(by: ForgedToken.foreignKey)
        for _ in 0..<50 {
            let error = await error { _ = try await verifier.verify(foreign) }
            #expect(error == .invalid(reason: "unknown kid"))
        }
        #expect(publisher.count == 1)
    }

    @Test("a key that was published since is found, and one that was withdrawn takes its tokens along")
    func rotation() async throws {
        let publisher = Publisher()
        let verifier = publisher.verifier(minimumFetchInterval: .zero)
        let old = try ForgedToken().signed()
        _ = try await verifier.verify(old)
        #expect(verifier.cached(old) != nil)
        publisher.published.withLock { $0 = JSONWebKeySet(keys: [ForgedToken.foreignKey.publicKey]) }
        let kid = ForgedToken.foreignKey.publicKey.keyID
        let new = try ForgedToken.with(header: "kid", "\"\(kid)\"").signed(by: ForgedToken.foreignKey)
        #expect(try await verifier.verify(new).userID == 7)
        #expect(verifier.cached(old) == nil)
        await #expect(throws: AuthenticationError.self) { _ = try await verifier.verify(old) }
    }

    @Test("without keys a caller is told that it is us, and a forged token is refused without asking")
    func unavailable() async throws {
        let publisher = Publisher()
        publisher.published.withLock { $0 = nil }
        let verifier = publisher.verifier()
        let token = try ForgedToken().signed()
        let first = await error { _ = try await verifier.verify(token) }
        #expect(first == .unavailable(reason: "test"))
        let second = await error { _ = try await verifier.verify("a.b.c") }
        guard case .invalid = second else {
            Issue.record("not refused: \(String(describing: second))")
            return
        }
        #expect(publisher.count == 1)
    }

    @Test("a remembered token ends in the second it names")
    func cacheExpiry() async throws {
        let publisher = Publisher()
        let verifier = publisher.verifier()
        let token = try ForgedToken().signed()
        #expect(verifier.cached(token) == nil)
        let claims = try await verifier.verify(token)
        #expect(verifier.cached(token) == claims)
        publisher.now.store(ForgedToken.now + 899, ordering: .relaxed)
        #expect(verifier.cached(token) == claims)
        publisher.now.store(ForgedToken.now + 900, ordering: .relaxed)
        #expect(verifier.cached(token) == nil)
        await #expect(throws: AuthenticationError.self) { _ = try await verifier.verify(token) }
    }

    @Test("a remembered token with one letter changed is verified again, and refused")
    func cacheKey() async throws {
        let verifier = Publisher().verifier()
        let token = try ForgedToken().signed()
        _ = try await verifier.verify(token)
        let other = String(token.reversed().drop { $0 != "." }.reversed()) + "AAAA"
        #expect(verifier.cached(other) == nil)
        await #expect(throws: AuthenticationError.self) { _ = try await verifier.verify(other) }
    }

    @Test("given keys need no fetch, and an unknown key is refused at once")
    func givenKeys() async throws {
        var configuration = TokenVerifierConfiguration(issuer: ForgedToken.issuer, audience: ForgedToken.audience)
        configuration.now = { ForgedToken.now }
        let verifier = TokenVerifier(keys: Self.keys, configuration: configuration, logger: Self.logger)
        #expect(verifier.isReady)
        #expect(try verifier.verifyWithKnownKeys(try ForgedToken().signed())?.userID == 7)
        let kid = ForgedToken.foreignKey.publicKey.keyID
        let foreign = try ForgedToken.with(header: "kid", "\"\(kid)\"").signed(by: ForgedToken.foreignKey)
        #expect(try verifier.verifyWithKnownKeys(foreign) == nil)
        await #expect(throws: AuthenticationError.self) { _ = try await verifier.verify(foreign) }
    }
}
