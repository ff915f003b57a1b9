import Foundation
import PrometheusMetrics
import TestSupport
import Testing

@Suite("Gateway, metrics")
struct GatewayMetricsTests {
    private func run(
        _ options: GatewayUnderTest.Options = .init(),
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    private static func page(_ gateway: GatewayUnderTest) async throws -> PrometheusPage {
        try PrometheusPage(PrometheusText.render(await gateway.families()))
    }

    private static let requests = "cryptodesk_gateway_requests_total"
    private static let durations = "cryptodesk_gateway_request_duration_seconds_count"

    @Test("every answer is counted once, by route, status and who gave it, over all event loops")
    func answers() async throws {
        var options = GatewayUnderTest.Options()
        options.eventLoops = 2
        try await run(options) { gateway, _ in
            for _ in 0..<6 { #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200) }
            for _ in 0..<2 {
                #expect(
                    try await gateway.ask(GatewayUnderTest.request("PUT", "/api/v1/strategies/1", body: "{}")).status
                        == 200)
            }
            #expect(try await gateway.ask("GET /api/v1/strategies HTTP/1.1\r\nHost: a\r\n\r\n").status == 401)
            #expect(try await gateway.ask(GatewayUnderTest.request("GET", "/nowhere")).status == 404)
            #expect(try await gateway.ask("nonsense\r\n\r\n").status == 400)
            #expect(try await gateway.ask(GatewayUnderTest.request(behave: "garbage")).status == 502)
            let page = try await Self.page(gateway)
            let counts = [
                ("strategies", "200", "strategies", 6), ("strategies.one", "200", "strategies", 2),
                ("strategies", "401", "none", 1), ("none", "404", "none", 1), ("none", "400", "none", 1),
                ("strategies", "502", "strategies", 1),
            ]
            for (route, code, upstream, count) in counts {
                let labels = ["route": route, "code": code, "upstream": upstream]
                #expect(page.value(Self.requests, labels) == Double(count), "\(labels)")
            }
            #expect(page.value(Self.requests) == 12)
            #expect(page.value(Self.durations, ["route": "strategies"]) == 8)
            #expect(page.value(Self.durations, ["route": "strategies.one"]) == 2)
            #expect(page.value("cryptodesk_gateway_upstream_duration_seconds_count", ["upstream": "strategies"]) == 8)
            #expect(page.value("cryptodesk_gateway_rate_limit_decisions_total", ["decision": "admitted"]) == 9)
            #expect(page.value("cryptodesk_gateway_connections_accepted_total") == 12)
            #expect((page.value("cryptodesk_gateway_received_bytes_total") ?? 0) > 900)
            #expect((page.value("cryptodesk_gateway_sent_bytes_total") ?? 0) > 4000)
        }
    }

    @Test("what the limiter refuses, and what passes without it, is told apart")
    func limiter() async throws {
        var options = GatewayUnderTest.Options()
        options.limit = "1/h burst 2"
        try await run(options) { gateway, _ in
            for _ in 0..<5 { _ = try await gateway.ask(GatewayUnderTest.request()) }
            let page = try await Self.page(gateway)
            #expect(page.value("cryptodesk_gateway_rate_limit_decisions_total", ["decision": "admitted"]) == 2)
            #expect(page.value("cryptodesk_gateway_rate_limit_decisions_total", ["decision": "limited"]) == 3)
            #expect(page.value(Self.requests, ["code": "429", "upstream": "none"]) == 3)
        }
        options.limiterFails = true
        let path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try String(contentsOfFile: GatewayUnderTest.shippedConfigurationPath, encoding: .utf8)
            .replacing("when_redis_is_away: local", with: "when_redis_is_away: open")
            .write(toFile: path, atomically: true, encoding: .utf8)
        options.configurationPath = path
        try await run(options) { gateway, _ in
            _ = try await gateway.ask(GatewayUnderTest.request())
            let page = try await Self.page(gateway)
            #expect(page.value("cryptodesk_gateway_rate_limit_decisions_total", ["decision": "unlimited"]) == 1)
        }
    }

    @Test("a request whose client leaves, and an answer that is cut off, are aborted and nothing else")
    func aborted() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request(behave: "hang"))
            #expect(try await eventually { upstream.requests.count == 1 })
            await client.close()
            let cut = try await gateway.client()
            try await cut.send(GatewayUnderTest.request(behave: "cut"))
            _ = try await cut.receiveToEnd()
            let aborted = "cryptodesk_gateway_requests_aborted_total"
            #expect(try await eventually { try await Self.page(gateway).value(aborted, ["route": "strategies"]) == 2 })
            #expect(try await Self.page(gateway).value(Self.requests) == nil)
        }
    }

    @Test("a connection is there while it is open, and one too many is refused")
    func connections() async throws {
        var options = GatewayUnderTest.Options()
        options.maximumConnections = 1
        try await run(options) { gateway, _ in
            let first = try await gateway.client()
            try await first.send(GatewayUnderTest.request())
            _ = try await first.receiveAnswer()
            #expect(try await Self.page(gateway).value("cryptodesk_gateway_connections") == 1)
            let second = try await gateway.client()
            _ = try await second.receiveToEnd()
            await first.close()
            await second.close()
            let page = try await Self.page(gateway)
            #expect(page.value("cryptodesk_gateway_connections_refused_total") == 1)
            #expect(try await eventually { try await Self.page(gateway).value("cryptodesk_gateway_connections") == 0 })
        }
    }

    @Test("the event loops' tick tells how late they are")
    func lag() async throws {
        try await run { gateway, _ in
            let name = "cryptodesk_gateway_event_loop_lag_seconds"
            #expect(
                try await eventually { try await Self.page(gateway).value(name + "_count").map { $0 >= 2 } == true })
            let before = try await Self.page(gateway).value(name + "_sum") ?? 0
            // While a loop does nothing its tick is late by as much.
            try await gateway.asleep { try await Task.sleep(for: .milliseconds(500)) }
            #expect(try await eventually { (try await Self.page(gateway).value(name + "_sum") ?? 0) - before >= 0.3 })
        }
    }
}
