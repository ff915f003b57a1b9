import Authentication
import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Gateway, who may pass")
struct GatewayGuardTests {
    private func run(
        _ change: (inout GatewayUnderTest.Options) -> Void = { _ in },
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        change(&options)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    private func request(_ fields: String..., method: String = "GET", path: String = "/api/v1/strategies") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: a\r\n" + fields.map { "\($0)\r\n" }.joined() + "\r\n"
    }

    @Test("without a good token the answer is the same 401, and nobody upstream is asked")
    func unauthorized() async throws {
        try await run { gateway, upstream in
            for field in [
                "X-User-Id: 1", "Authorization: Bearer nonsense", "Authorization: Basic dG9rZW4tMQ==", "Cookie: a=b",
            ] {
                let answer = try await gateway.ask(request(field))
                #expect(answer.status == 401)
                #expect(answer.field("WWW-Authenticate") == "Bearer")
                #expect(
                    answer.body.hasPrefix(
                        "{\"detail\":\"Could not validate credentials\",\"code\":\"not_authenticated\""))
            }
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("a token that has to be verified first passes as well")
    func freshToken() async throws {
        try await run { gateway, _ in
            #expect(try await gateway.ask(request("Authorization: Bearer fresh-7")).status == 200)
            let client = try await gateway.client()
            // The body comes while the token is being verified.
            try await client.send(
                "POST /api/v1/strategies HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer fresh-8\r\nContent-Length: 4\r\n\r\nbody"
            )
            #expect(try await client.receiveAnswer().status == 200)
            await client.close()
        }
    }

    @Test("what cannot be known is 503: keys that are away, and revocations that cannot be asked for")
    func unavailable() async throws {
        try await run {
            $0.verdict = { _ in .unproven }
        } _: { gateway, upstream in
            let keys = try await gateway.ask(request("Authorization: Bearer away"))
            #expect(keys.status == 503 && keys.body.contains("\"authentication_unavailable\""))
            let revocation = try await gateway.ask(GatewayUnderTest.request())
            #expect(revocation.status == 503 && revocation.body.contains("\"authentication_unavailable\""))
            #expect(revocation.field("Retry-After") == "1")
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("a revoked token is refused, another user's is not")
    func revoked() async throws {
        try await run {
            $0.verdict = { user in user == 1 ? .revoked : .valid }
        } _: { gateway, upstream in
            let statuses = [
                try await gateway.ask(request("Authorization: Bearer token-1")).status,
                try await gateway.ask(request("Authorization: Bearer token-2")).status,
            ]
            #expect(statuses == [401, 200])
        }
    }

    @Test("a used-up limit is 429 with when to come again, by user and route")
    func limited() async throws {
        try await run {
            $0.limit = "1/h burst 2"
        } _: { gateway, upstream in
            for left in [1, 0] {
                let answer = try await gateway.ask(request("Authorization: Bearer token-1"))
                #expect(answer.status == 200 && answer.field("RateLimit")?.hasPrefix("\"user\";r=\(left);t=") == true)
            }
            let refused = try await gateway.ask(request("Authorization: Bearer token-1"))
            #expect(refused.status == 429 && refused.body.contains("\"code\":\"rate_limited\""))
            #expect(refused.field("RateLimit-Policy") == "\"user\";q=2;w=7200")
            #expect((3590...3600).contains(refused.field("Retry-After").flatMap { Int($0) } ?? 0))
            #expect(try await gateway.ask(request("Authorization: Bearer token-2")).status == 200)
            #expect(
                try await gateway.ask(request("Authorization: Bearer token-1", path: "/api/v1/auth/me")).status == 200)
            #expect(upstream.requests.count == 4)
        }
    }

    @Test("anonymous requests are limited by address, also while the limiter is away")
    func anonymous() async throws {
        for isAway in [false, true] {
            try await run {
                $0.limit = "1/h burst 2"
                $0.limiterFails = isAway
            } _: { gateway, _ in
                let login = request("Content-Length: 0", method: "POST", path: "/api/v1/auth/login")
                let statuses = [
                    try await gateway.ask(login).status, try await gateway.ask(login).status,
                    try await gateway.ask(login).status,
                ]
                #expect(statuses == [200, 200, 429])
            }
        }
    }

    @Test("without the limiter a caller is counted by the gateway itself")
    func localLimiter() async throws {
        try await run {
            $0.limit = "1/h burst 2"
            $0.limiterFails = true
        } _: { gateway, _ in
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await gateway.ask(GatewayUnderTest.request()).status) }
            #expect(statuses == [200, 200, 429])
        }
    }

    @Test("an address that keeps on sending bad tokens is told to stop, before they are verified")
    func badTokens() async throws {
        try await run {
            $0.limit = "1/h burst 3"
        } _: { gateway, _ in
            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await gateway.ask(request("Authorization: Bearer nonsense")).status) }
            #expect(statuses == [401, 401, 401, 429])
            #expect(try await gateway.ask(request("Authorization: Bearer token-1")).status == 200)
        }
    }

    @Test("a session cookie authenticates; to change something the request must come from our own pages")
    func cookie() async throws {
        try await run { gateway, upstream in
            let cookie = "Cookie: cryptodesk_access=token-1"
            #expect(try await gateway.ask(request(cookie)).status == 200)
            let forged = try await gateway.ask(request(cookie, "Content-Length: 0", method: "POST"))
            #expect(forged.status == 403 && forged.body.contains("\"code\":\"csrf_rejected\""))
            let own = try await gateway.ask(
                request(cookie, "Sec-Fetch-Site: same-origin", "Content-Length: 0", method: "POST"))
            #expect(own.status == 200)
            #expect(upstream.requests.count == 2)
        }
    }

    @Test("identity fields from outside never reach a service")
    func identity() async throws {
        try await run { gateway, upstream in
            _ = try await gateway.ask(
                request(
                    "Authorization: Bearer token-1", "X-User-Id: 2", "x_user_id: 2", "X-Forwarded-For: 1.1.1.1",
                    "X-Forwarded-User: admin", "Forwarded: for=1.1.1.1", "X-Real-IP: 1.1.1.1", "X-Fine: yes"))
            let fields = try #require(upstream.requests.first?.fields)
            #expect(fields["X-Forwarded-For"] == ["127.0.0.1"] && fields["X-Fine"] == ["yes"])
            for name in ["X-User-Id", "X_User_Id", "X-Forwarded-User", "Forwarded", "X-Real-IP"] {
                #expect(!fields.contains(name: name))
            }
        }
    }
}
