import APIContract
import Authentication
import Gateway
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("Gateway, browser sessions")
struct GatewaySessionTests {
    /// Answers refreshes as a test says, and counts them.
    private final class Auth: Sendable {
        private let asked = Mutex(0)
        private let isHeld = Mutex(false)

        var count: Int { asked.withLock { $0 } }
        func hold(_ value: Bool) { isHeld.withLock { $0 = value } }

        func answer(_ request: SessionRenewal.Request) async -> SessionRenewal.Outcome {
            asked.withLock { $0 += 1 }
            while isHeld.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
            switch request.refreshToken {
            case "gone": return .ended(.unauthorized)
            case "reused": return .ended(.refreshReused)
            case "away": return .unavailable(reason: "test")
            default:
                return .renewed(
                    accessToken: request.refreshToken == "useless" ? "nonsense" : "token-1",
                    cookies: ["cryptodesk_access=token-1; Path=/", "cryptodesk_refresh=next; Path=/"])
            }
        }
    }

    private func run(
        _ change: (inout GatewayUnderTest.Options) -> Void = { _ in },
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest, Auth) async throws -> Void
    ) async throws {
        let (upstream, auth) = (try await UpstreamUnderTest(), Auth())
        var options = GatewayUnderTest.Options()
        options.eventLoops = 2
        options.renewal = SessionRenewal { await auth.answer($0) }
        change(&options)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream, auth) }
        await upstream.stop()
    }

    private func request(
        _ fields: String..., method: String = "GET", path: String = "/api/v1/strategies"
    ) -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: a\r\n" + fields.map { "\($0)\r\n" }.joined() + "\r\n"
    }

    private func cookies(_ answer: RawAnswer) -> [String] {
        answer.fields.filter { $0.name == "set-cookie" }.map(\.value)
    }

    @Test("a request of a browser that has forgotten its access token goes on with a new one, which the answer brings")
    func renewed() async throws {
        try await run { gateway, upstream, auth in
            for access in ["", "; cryptodesk_access=expired"] {
                let answer = try await gateway.ask(request("Cookie: theme=dark; cryptodesk_refresh=r\(access)"))
                #expect(answer.status == 200)
                #expect(cookies(answer) == ["cryptodesk_access=token-1; Path=/", "cryptodesk_refresh=next; Path=/"])
            }
            #expect(auth.count == 2)
            let sent = upstream.requests.map { $0.fields["Cookie"] }
            #expect(sent == Array(repeating: ["theme=dark; cryptodesk_access=token-1"], count: 2))
        }
    }

    @Test("a change goes on with its body, and only when it comes from our own pages")
    func change() async throws {
        try await run { gateway, upstream, auth in
            let forged = try await gateway.ask(
                request("Cookie: cryptodesk_refresh=r", "Content-Length: 4", method: "POST") + "body")
            #expect(forged.status == 403 && forged.body.contains("\"code\":\"csrf_rejected\""))
            #expect(auth.count == 0 && upstream.requests.isEmpty && cookies(forged).isEmpty)
            let own = try await gateway.ask(
                request(
                    "Cookie: cryptodesk_refresh=r", "Sec-Fetch-Site: same-origin", "Content-Length: 4", method: "POST")
                    + "body")
            #expect(own.status == 200 && upstream.requests.map(\.body) == ["body"])
        }
    }

    @Test("whoever comes with the same refresh token at the same time waits for the same answer")
    func singleFlight() async throws {
        let held = Auth()
        held.hold(true)
        let renewal = SessionRenewal { await held.answer($0) }
        try await run {
            $0.renewal = renewal
        } _: { gateway, upstream, _ in
            let answers = try await withThrowingTaskGroup(of: RawAnswer.self) { tasks in
                for index in 0..<21 {
                    let token = index == 20 ? "other" : "r"
                    tasks.addTask { try await gateway.ask(request("Cookie: cryptodesk_refresh=\(token)")) }
                }
                #expect(try await eventually { renewal.waitingCount == 21 })
                held.hold(false)
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 && cookies($0).count == 2 })
            #expect(upstream.requests.count == 21 && held.count == 2)
        }
    }

    @Test("a session that has ended is 401 and forgotten; one of which nothing is known is 503 and kept")
    func ended() async throws {
        try await run { gateway, upstream, _ in
            let gone = try await gateway.ask(request("Cookie: cryptodesk_access=x; cryptodesk_refresh=gone"))
            #expect(gone.status == 401 && gone.body.contains("\"code\":\"not_authenticated\""))
            #expect(cookies(gone).count == 2 && cookies(gone).allSatisfy { $0.contains("Max-Age=0") })
            let reused = try await gateway.ask(request("Cookie: cryptodesk_refresh=reused"))
            #expect(reused.status == 401 && reused.body.contains("\"code\":\"refresh_reused\""))
            let noRefresh = try await gateway.ask(request("Cookie: cryptodesk_access=x"))
            #expect(noRefresh.status == 401 && cookies(noRefresh).count == 2)
            let away = try await gateway.ask(request("Cookie: cryptodesk_refresh=away"))
            #expect(away.status == 503 && cookies(away).isEmpty)
            let useless = try await gateway.ask(request("Cookie: cryptodesk_refresh=useless"))
            #expect(useless.status == 401 && cookies(useless).allSatisfy { $0.contains("Max-Age=0") })
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("a request with an Authorization of its own is never renewed, and no service sees its session cookies")
    func ownAuthorization() async throws {
        try await run { gateway, upstream, auth in
            let session = "Cookie: cryptodesk_access=token-2; a=b; cryptodesk_refresh=r"
            for (authorization, status) in [("Bearer nonsense", 401), ("Basic eA==", 401), ("Bearer token-1", 200)] {
                let answer = try await gateway.ask(request("Authorization: \(authorization)", session))
                #expect(answer.status == status)
            }
            let sent = upstream.requests.map { $0.fields["Cookie"] }
            #expect(auth.count == 0 && sent == [["a=b"]])
        }
    }

    @Test("a revoked access token is renewed once, and no more than once")
    func revoked() async throws {
        try await run {
            $0.verdict = { $0 == 1 ? .valid : .revoked }
        } _: { gateway, _, auth in
            let answer = try await gateway.ask(request("Cookie: cryptodesk_access=token-2; cryptodesk_refresh=r"))
            #expect(answer.status == 200 && auth.count == 1)
        }
        try await run {
            $0.verdict = { _ in .revoked }
        } _: { gateway, _, auth in
            let answer = try await gateway.ask(request("Cookie: cryptodesk_access=token-2; cryptodesk_refresh=r"))
            #expect(answer.status == 401 && auth.count == 1 && cookies(answer).allSatisfy { $0.contains("Max-Age=0") })
        }
    }

    @Test("refresh tokens that are none are limited like access tokens that are none")
    func limited() async throws {
        try await run {
            $0.limit = "1/h burst 3"
        } _: { gateway, _, auth in
            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await gateway.ask(request("Cookie: cryptodesk_refresh=gone")).status) }
            #expect(statuses == [401, 401, 401, 429] && auth.count == 3)
        }
    }

    @Test("the browser's login and its refresh are for our own pages, and the refresh token goes to the refresh alone")
    func routes() async throws {
        try await run { gateway, upstream, _ in
            func post(_ name: String, _ fields: String) async throws -> Int {
                try await gateway.ask(
                    request("Content-Length: 0", fields, method: "POST", path: "/api/v1/auth/\(name)")
                ).status
            }
            let session = "Cookie: cryptodesk_access=token-1; cryptodesk_refresh=r"
            for fields in ["X: y", "Sec-Fetch-Site: cross-site", "Origin: https://evil.example"] {
                let statuses = [
                    try await post("session", fields), try await post("refresh", "\(session)\r\n\(fields)"),
                ]
                #expect(statuses == [403, 403], "\(fields)")
            }
            #expect(upstream.requests.isEmpty)
            #expect(try await post("session", "\(session)\r\nSec-Fetch-Site: same-origin") == 200)
            #expect(try await post("refresh", "\(session)\r\nOrigin: https://desk.example") == 200)
            #expect(try await post("refresh", "X: y") == 200)
            #expect(try await post("login", session) == 200)
            let sent = upstream.requests.map { $0.fields["Cookie"] }
            #expect(sent == [[], ["cryptodesk_refresh=r"], [], []])
        }
    }
}
