import Authentication
import Foundation
import Gateway
import JSON
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("Gateway, users of both sides of a migration")
struct GatewayIdentityTests {
    private static let ann = LegacyAccount(legacyUserID: 17, subject: "Ann@example.com")

    /// Ann is user 1 here.
    private static func known() -> KnownIdentities {
        KnownIdentities {
            $0.standings = [ann.subject: 1]
            $0.counterparts = [1: ann]
        }
    }

    private func request(
        _ token: String, _ method: String = "GET", _ path: String = "/tasks", more: [String] = []
    ) -> String {
        let body = method == "GET" ? [] : ["Content-Length: 0"]
        return (["\(method) \(path) HTTP/1.1", "Host: a", "Authorization: Bearer \(token)"] + more + body)
            .joined(separator: "\r\n") + "\r\n\r\n"
    }

    private func tokens(_ upstream: UpstreamUnderTest) -> [String] {
        upstream.realRequests.map { $0.fields["Authorization"].joined().replacing("Bearer ", with: "") }
    }

    @Test("who signed in at the monolith is known there by the token that came, and here by one that stands for it")
    func signedInThere() async throws {
        let known = Self.known()
        try await MigrationUnderTest.run(identities: known.identities) { test throws in
            let token = HS256Token().signed()
            #expect(try await test.gateway.ask(request(token)).status == 200)
            await test.adopt(.full)
            #expect(try await test.gateway.ask(request(token)).status == 200)
            #expect(try await test.gateway.ask(request(token, "POST")).status == 200)
            #expect(tokens(test.monolith) == [token, token] && tokens(test.candidate) == ["grant-1"])
            #expect(known.questions == 1)
        }
    }

    @Test("a user of ours is known to the monolith by a token of the bridge's, and by nothing else")
    func signedInHere() async throws {
        try await MigrationUnderTest.run(identities: Self.known().identities) { test throws in
            #expect(try await test.gateway.ask(request("token-1")).status == 200)
            let cookies = "GET /tasks HTTP/1.1\r\nHost: a\r\nCookie: cryptodesk_access=token-1; a=b\r\n\r\n"
            #expect(try await test.gateway.ask(cookies).status == 200)
            await test.adopt(.full)
            #expect(try await test.gateway.ask(request("token-1")).status == 200)
            #expect(tokens(test.candidate) == ["token-1"])
            let now = Int(Date().timeIntervalSince1970)
            for token in tokens(test.monolith) {
                let claims = try #require(HS256Token.claims(of: token, key: HS256Token.bridgeKey))
                #expect(claims["sub"]?.string == Self.ann.subject && claims["legacy_user_id"]?.integer == 17)
                #expect((now...now + 60).contains(try #require(claims["exp"]?.integer)))
            }
            #expect(test.monolith.realRequests.map { $0.fields["Cookie"] } == [[], ["a=b"]])
        }
    }

    static let forgeries: [(String, String)] = [
        ("another secret", HS256Token().signed(with: String(repeating: "x", count: 32))),
        ("the bridge's own", HS256Token().signed(with: HS256Token.bridgeKey)),
        (
            "a token that the bridge made",
            LegacyTokenKeys(own: Array(HS256Token.key.utf8), bridge: Array(HS256Token.bridgeKey.utf8)).map {
                BridgeTokenSigner($0).sign(ann, now: Int(Date().timeIntervalSince1970))
            } ?? ""
        ),
        ("expired", HS256Token(lifetime: -1).signed()),
        ("no algorithm", HS256Token(header: #"{"alg":"none","typ":"JWT"}"#).signed()),
        ("another algorithm", HS256Token(header: #"{"alg":"HS512","typ":"JWT"}"#).signed()),
        ("the algorithm of ours", HS256Token(header: #"{"alg":"RS256","typ":"at+jwt"}"#).signed()),
        ("a type of ours", HS256Token(header: #"{"alg":"HS256","typ":"at+jwt"}"#).signed()),
        ("a key's name", HS256Token(header: #"{"alg":"HS256","typ":"JWT","kid":"a"}"#).signed()),
        ("no user", HS256Token(subject: "").signed()),
        ("a user too long", HS256Token(subject: String(repeating: "a", count: 255)).signed()),
    ]

    @Test(
        "what is no token of the monolith's is 401 on every stage, and nobody upstream is asked", arguments: forgeries)
    func forged(name: String, token: String) async throws {
        try await MigrationUnderTest.run(identities: Self.known().identities) { test throws in
            for stage in [MigrationStage.legacy, .full, .retired] {
                await test.adopt(stage)
                #expect(try await test.gateway.ask(request(token)).status == 401, "\(name)")
            }
            #expect(test.counts == [0, 0])
        }
    }

    @Test("without the setting a good token of the monolith's is none, and on a route that does not move as well")
    func notBridged() async throws {
        let token = HS256Token().signed()
        try await MigrationUnderTest.run { test throws in
            #expect(try await test.gateway.ask(request(token)).status == 401)
            // Ours go to the monolith as they came.
            #expect(try await test.gateway.ask(request("token-1")).status == 200)
            #expect(tokens(test.monolith) == ["token-1"])
        }
        let other = "  - {name: other, methods: GET, path: /other, upstream: strategies}\n"
        try await MigrationUnderTest.run(other, identities: Self.known().identities) { test throws in
            #expect(try await test.gateway.ask(request(token, "GET", "/other")).status == 401)
            #expect(test.counts == [0, 0])
        }
    }

    @Test("who has not been brought over stays at the monolith whatever the stage, and has nowhere to go after it")
    func unknown() async throws {
        let token = HS256Token(subject: "bob@example.com").signed()
        try await MigrationUnderTest.run("      shadow: {sample: 100%}\n", identities: Self.known().identities) {
            test throws in
            for stage in [MigrationStage.shadow, .canary(percent: 99), .full] {
                await test.adopt(stage) { $0.owner = .candidate }
                #expect(try await test.gateway.ask(request(token)).status == 200)
                #expect(try await test.gateway.ask(request(token, "POST")).status == 200)
            }
            await test.adopt(.retired)
            #expect(try await test.gateway.ask(request(token)).status == 401)
            #expect(tokens(test.monolith) == Array(repeating: token, count: 6) && tokens(test.candidate).isEmpty)
        }
    }

    @Test("a user of ours whom the monolith does not know is served here whatever the stage")
    func oursAlone() async throws {
        try await MigrationUnderTest.run(identities: KnownIdentities().identities) { test throws in
            // Before that nobody knows whose the writes are, and they wait.
            await test.adopt(.legacy)
            for method in ["GET", "POST"] {
                #expect(try await test.gateway.ask(request("token-2", method)).status == 200)
            }
            #expect(tokens(test.candidate) == ["token-2", "token-2"] && test.counts[0] == 0)
        }
    }

    @Test("an account that has ended here ends the monolith's token, also one that was good a moment ago")
    func ended() async throws {
        let known = Self.known()
        try await MigrationUnderTest.run(
            identities: known.identities, { $0.verdict = { _ in known.verdict() } }
        ) { test throws in
            let token = HS256Token().signed()
            #expect(try await test.gateway.ask(request(token)).status == 200)
            known.state.withLock { state in
                state.refusals = .max
                state.standings[Self.ann.subject] = .some(nil)
            }
            #expect(try await test.gateway.ask(request(token)).status == 401)
            #expect(try await test.gateway.ask(request(token)).status == 401)
            #expect(test.counts == [1, 0] && known.questions == 2)
        }
    }

    @Test("a token that stands for the monolith's and is refused is replaced once, as the user may have another epoch")
    func replaced() async throws {
        for (refusals, status) in [(1, 200), (2, 401)] {
            let known = Self.known()
            known.state.withLock { $0.refusals = refusals }
            try await MigrationUnderTest.run(
                identities: known.identities, { $0.verdict = { _ in known.verdict() } }
            ) { test throws in
                #expect(try await test.gateway.ask(request(HS256Token().signed())).status == status)
                #expect(known.questions == 2)
            }
        }
    }

    @Test("while Auth is away nobody is guessed: 503, but for users of ours on their way here")
    func away() async throws {
        let known = KnownIdentities { $0.isAway = true }
        try await MigrationUnderTest.run(identities: known.identities) { test throws in
            for token in [HS256Token().signed(), "token-1"] {
                let answer = try await test.gateway.ask(request(token))
                #expect(answer.status == 503 && answer.body.contains("authentication_unavailable"))
            }
            #expect(test.counts == [0, 0])
            await test.adopt(.full)
            #expect(try await test.gateway.ask(request("token-1")).status == 200)
            #expect(tokens(test.candidate) == ["token-1"])
        }
    }

    @Test("each side of a comparison is asked by a token of its own")
    func compared() async throws {
        try await MigrationUnderTest.run("      shadow: {sample: 100%}\n", identities: Self.known().identities) {
            test throws in
            await test.adopt(.shadow)
            let token = HS256Token().signed()
            #expect(try await test.gateway.ask(request(token)).status == 200)
            #expect(try await eventually { test.candidate.realRequests.count == 1 })
            #expect(tokens(test.candidate) == ["grant-1"] && tokens(test.monolith).allSatisfy { $0 == token })
            #expect(try await test.gateway.ask(request("token-1")).status == 200)
            #expect(try await eventually { test.candidate.realRequests.count == 2 })
            #expect(tokens(test.candidate)[1] == "token-1" && !tokens(test.monolith).contains("token-1"))
        }
    }
}
