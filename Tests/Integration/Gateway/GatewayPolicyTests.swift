import Foundation
import Gateway
import TestSupport
import Testing

@Suite("Gateway, rate limit policies")
struct GatewayPolicyTests {
    private static let policies = """
        policies:
          wide:
            key: user
            limit: 1/h burst 10
            when_redis_is_away: FALLBACK
          narrow:
            key: [user, route]
            limit: 1/h burst 4
            when_redis_is_away: open
        """

    private static let routes = """

          - name: cheap
            methods: GET
            path: /cheap
            upstream: strategies
            policies: [wide, narrow]
          - name: dear
            methods: GET
            path: /dear
            upstream: strategies
            policies: [wide, narrow]
            cost: 2
        """

    private func run(
        fallback: String = "local", limiterFails: Bool = false,
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shipped = try String(contentsOfFile: GatewayUnderTest.shippedConfigurationPath, encoding: .utf8)
        let text =
            shipped.replacing("policies:\n  user:", with: "\(Self.policies)\n  user:")
            .replacing("FALLBACK", with: fallback) + Self.routes
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let upstream = try await UpstreamUnderTest()
        var options = GatewayUnderTest.Options()
        options.configurationPath = path
        options.limiterFails = limiterFails
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    @Test("several policies on one request: each is told in the answer, all are charged its cost or none is")
    func several() async throws {
        try await run { gateway, upstream in
            let first = try await gateway.ask(GatewayUnderTest.request("GET", "/dear"))
            #expect(first.field("RateLimit-Policy") == "\"wide\";q=10;w=36000, \"narrow\";q=4;w=14400")
            #expect(first.field("RateLimit") == "\"wide\";r=8;t=7200, \"narrow\";r=2;t=7200")
            #expect(try await gateway.ask(GatewayUnderTest.request("GET", "/dear")).status == 200)
            let refused = try await gateway.ask(GatewayUnderTest.request("GET", "/dear"))
            #expect(refused.status == 429)
            // The wide one, which would have admitted it, was not charged; the narrow one tells when to come again.
            let field = try #require(refused.field("RateLimit"))
            #expect(field.hasPrefix("\"wide\";r=6;t=") && field.contains("\"narrow\";r=0;t="))
            let after = Int(refused.field("Retry-After") ?? "") ?? 0
            #expect((7100...7200).contains(after) && field.hasSuffix("t=\(after)"))
            // Another route is another narrow limit, and the same wide one.
            let cheap = try await gateway.ask(GatewayUnderTest.request("GET", "/cheap"))
            #expect(cheap.field("RateLimit")?.hasPrefix("\"wide\";r=5;") == true)
            #expect(upstream.requests.count == 3)
        }
    }

    @Test("without Redis a policy is local, open or closed, each by its own choice")
    func withoutRedis() async throws {
        for (fallback, expected) in [
            ("local", Array(repeating: 200, count: 5) + [429]), ("open", Array(repeating: 200, count: 6)),
            ("closed", Array(repeating: 503, count: 6)),
        ] {
            try await run(fallback: fallback, limiterFails: true) { gateway, _ in
                var answers: [RawAnswer] = []
                for _ in 0..<6 { answers.append(try await gateway.ask(GatewayUnderTest.request("GET", "/dear"))) }
                #expect(answers.map(\.status) == expected, "\(fallback)")
                if fallback == "closed" {
                    #expect(
                        answers[0].body.contains("\"limiter_unavailable\"") && answers[0].field("Retry-After") == "1")
                }
            }
        }
    }
}
