import Authentication
import Hummingbird
import Logging
import NIOPosix
import Synchronization
import TestSupport
import Testing

@Suite("Fetching the published keys over HTTP")
struct KeySetFetchTests {
    private static let keys: SigningKeySet? = try? SigningKeySet(keys: [.generate()])

    /// What a publisher answers; counts how often it is asked.
    final class Publisher: Sendable {
        let answer = Mutex<(status: HTTPResponse.Status, body: String, headers: HTTPFields)>((.ok, "{}", [:]))
        let requests = Atomic(0)

        func answers(_ body: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
            answer.withLock { $0 = (status, body, headers) }
        }
    }

    private func withPublisher(_ body: @escaping @Sendable (Publisher, String) async throws -> Void) async throws {
        let publisher = Publisher()
        let router = Router()
        router.get("keys") { _, _ -> Response in
            publisher.requests.add(1, ordering: .relaxed)
            let (status, text, headers) = publisher.answer.withLock { $0 }
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: logger)
        try await withRunning(application) {
            for await port in ports {
                try await body(publisher, "http://127.0.0.1:\(port)/keys")
                break
            }
        }
    }

    private func verifier(_ urls: [String], refresh: Duration = .seconds(3600)) -> TokenVerifier {
        var configuration = TokenVerifierConfiguration(jwksURLs: urls, issuer: "i", audience: "a")
        configuration.minimumFetchInterval = .zero
        configuration.fetchTimeout = .milliseconds(500)
        configuration.refreshInterval = refresh
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return TokenVerifier(configuration: configuration, logger: logger)
    }

    private func token(_ keys: SigningKeySet) async throws -> String {
        let now = TokenVerifierConfiguration(issuer: "", audience: "").now()
        return try await AccessTokenSigner(keys: keys, issuer: "i", audience: "a").sign(
            AccessToken(
                userID: 1, tokenID: "t", sessionID: "s", epoch: 0, role: .user, issuedAt: now, expiresAt: now + 60))
    }

    @Test("a token is verified with keys from the first address that has them")
    func fallback() async throws {
        let keys = try #require(Self.keys)
        let token = try await token(keys)
        try await withPublisher { publisher, url in
            publisher.answers(keys.jsonWebKeySet.document)
            for urls in [
                [url], ["http://127.0.0.1:1/keys", url], [url, "http://127.0.0.1:1/keys"], ["nonsense", url],
            ] {
                let userID = try await verifier(urls).verify(token).userID
                #expect(userID == 1)
            }
        }
    }

    @Test("what is no usable key set is not taken, and callers are told that it is us")
    func unusable() async throws {
        let keys = try #require(Self.keys)
        let token = try await token(keys)
        try await withPublisher { publisher, url in
            let document = keys.jsonWebKeySet.document
            let answers: [(HTTPResponse.Status, String, HTTPFields)] = [
                (.ok, "{}", [:]), (.ok, "<html>", [:]), (.ok, "", [:]), (.notFound, document, [:]),
                (.internalServerError, document, [:]), (.ok, document + String(repeating: " ", count: 70_000), [:]),
                (.found, "", [.location: "http://127.0.0.1:1/keys"]),
            ]
            for (status, body, headers) in answers {
                publisher.answers(body, status: status, headers: headers)
                let error = await #expect(throws: AuthenticationError.self) {
                    _ = try await verifier([url]).verify(token)
                }
                guard case .unavailable = error else {
                    Issue.record("\(status): \(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("the service is ready once the keys are there, keeps them while their source is away, and takes new ones")
    func refreshes() async throws {
        let keys = try #require(Self.keys)
        try await withPublisher { publisher, url in
            publisher.answers("nothing yet")
            let verifier = verifier([url], refresh: .milliseconds(20))
            try await withRunning(verifier) {
                #expect(!verifier.isReady)
                publisher.answers(keys.jsonWebKeySet.document)
                #expect(try await eventually { verifier.isReady })
                publisher.answers("gone again")
                let asked = publisher.requests.load(ordering: .relaxed)
                #expect(try await eventually { publisher.requests.load(ordering: .relaxed) > asked + 1 })
                #expect(verifier.isReady)
                let next = try SigningKeySet(keys: keys.keys + [.generate()])
                publisher.answers(next.jsonWebKeySet.document)
                let token = try await token(next)
                #expect(try await eventually { (try? verifier.verifyWithKnownKeys(token)) != nil })
            }
        }
    }
}
