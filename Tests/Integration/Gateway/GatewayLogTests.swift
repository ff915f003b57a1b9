import JSON
import Logging
import Synchronization
import Telemetry
import TestSupport
import Testing

@Suite("Gateway, logs")
struct GatewayLogTests {
    /// The lines that a gateway wrote.
    private final class Lines: Sendable {
        private let lines = Mutex<[JSONObject]>([])

        /// Those with a message.
        func with(_ message: String) -> [JSONObject] {
            lines.withLock { lines in lines.filter { $0["message"]?.string == message } }
        }

        var logger: Logger {
            Logger(label: "test") { _ in
                JSONLogHandler(service: "gateway", level: .info) { line in
                    guard let object = (try? JSONValue(parsing: Array(line.utf8)))?.object else { return }
                    self.lines.withLock { $0.append(object) }
                }
            }
        }
    }

    private func run(
        every interval: Int, _ change: (inout GatewayUnderTest.Options) -> Void = { _ in },
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest, Lines) async throws -> Void
    ) async throws {
        let (lines, upstream) = (Lines(), try await UpstreamUnderTest())
        var options = GatewayUnderTest.Options()
        options.accessLogInterval = interval
        options.logger = lines.logger
        change(&options)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream, lines) }
        await upstream.stop()
    }

    @Test("a line tells who asked what of whom, how it ended and how long it took")
    func fields() async throws {
        try await run(every: 1) { gateway, _, lines in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            _ = try await gateway.ask(
                GatewayUnderTest.request(
                    "POST", "/api/v1/strategies?secret=1", more: ["X-Request-Id: request-1", "traceparent: \(trace)"],
                    body: "{\"a\":1}"))
            #expect(try await eventually { lines.with("Request").count == 1 })
            let line = try #require(lines.with("Request").first)
            let texts = [
                "method": "POST", "path": "/api/v1/strategies", "route": "strategies", "client": "127.0.0.1",
                "request_id": "request-1", "trace_id": "0af7651916cd43dd8448eb211c80319c", "upstream": "strategies",
                "rate_limit": "admitted", "level": "info", "service": "gateway",
            ]
            for (name, value) in texts { #expect(line[name]?.string == value, "\(name)") }
            let numbers = ["status": 200, "request_bytes": 7, "answer_bytes": 5, "user_id": 1]
            for (name, value) in numbers { #expect(line[name]?.integer == value, "\(name)") }
            let (whole, upstream) = (line["duration_us"]?.integer ?? -1, line["upstream_us"]?.integer ?? -1)
            #expect(upstream >= 0 && whole >= upstream)
        }
    }

    @Test("a refused request tells what is known of it, and no more")
    func refusals() async throws {
        try await run(every: 1) {
            $0.limit = "1/h burst 1"
        } _: { gateway, _, lines in
            for _ in 0..<2 { _ = try await gateway.ask(GatewayUnderTest.request()) }
            _ = try await gateway.ask("GET /api/v1/strategies HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await eventually { lines.with("Request").count == 3 })
            let (limited, unknown) = (lines.with("Request")[1], lines.with("Request")[2])
            #expect(limited["status"]?.integer == 429 && limited["rate_limit"]?.string == "limited")
            #expect(limited["upstream"]?.string == "none" && limited["upstream_us"] == nil)
            #expect(unknown["status"]?.integer == 401 && unknown["user_id"] == nil && unknown["rate_limit"] == nil)
        }
    }

    @Test("one request in so many is logged", arguments: [(0, 0), (1, 12), (4, 3), (5, 2)])
    func sampling(interval: Int, count: Int) async throws {
        try await run(every: interval) { gateway, _, lines in
            for _ in 0..<12 { _ = try await gateway.ask(GatewayUnderTest.request()) }
            #expect(try await eventually { lines.with("Request").count == count })
        }
    }

    @Test("of many errors a bounded number is logged, and the others are counted")
    func errors() async throws {
        try await run(every: 0) { gateway, _, lines in
            let count = 100
            let client = try await gateway.client()
            try await client.send(
                String(repeating: GatewayUnderTest.request("POST", behave: "close", body: "{}"), count: count))
            try await client.receive { $0.components("HTTP/1.1 50") == count }
            await client.close()
            // Told one by one, or counted when a second is over: together all of them.
            #expect(
                try await eventually {
                    let counted = lines.with("More requests failed").reduce(0) { sum, line in
                        sum + (line["count"]?.string.flatMap { Int($0) } ?? line["count"]?.integer ?? 0)
                    }
                    return lines.with("Request failed").count + counted == count
                })
            let first = try #require(lines.with("Request failed").first)
            #expect(first["status"]?.string == "502" && first["route"]?.string == "strategies")
            #expect(first["cause"]?.string?.isEmpty == false && first["request_id"]?.string?.count == 32)
        }
    }
}
