import Gateway
import NIOHTTP1
import TestSupport
import Testing
import Traces

@Suite("Traced requests")
struct GatewayTraceTests {
    private static let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    private func run(
        ratio: Double = 1, body: @Sendable (GatewayUnderTest, UpstreamUnderTest, SpanQueue) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        let queue = SpanQueue(capacity: 100)
        var options = GatewayUnderTest.Options()
        options.tracing = TraceSampling(queue: queue, ratio: ratio)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            try await body(gateway, upstream, queue)
        }
        await upstream.stop()
    }

    /// As many spans as are expected, the request's own last.
    private func spans(_ queue: SpanQueue, _ count: Int) async throws -> [RecordedSpan] {
        #expect(try await eventually { queue.count >= count })
        return queue.take(100)
    }

    @Test("the caller's trace goes on: its span, the gateway's, and the one that asks the service")
    func parents() async throws {
        try await run { gateway, upstream, queue in
            _ = try await gateway.ask(
                GatewayUnderTest.request(
                    "GET", "/api/v1/strategies?limit=5",
                    more: ["traceparent: \(Self.caller)", "tracestate: a=1", "X-Request-Id: request-1"]))
            let spans = try await spans(queue, 2)
            try #require(spans.map(\.kind) == [.client, .server])
            #expect(spans.allSatisfy { $0.identity.traceID == "0af7651916cd43dd8448eb211c80319c" && !$0.isError })
            #expect(spans[1].parent == 0xb7ad_6b71_6920_3331 && spans[0].parent == spans[1].identity.span)
            #expect(upstream.requests.first?.fields["traceparent"] == [spans[0].identity.header])
            #expect(spans[1].traceState == "a=1")
            #expect(spans[1].name.hasPrefix("GET /api/v1/strategies"))
            #expect(spans[1].attributes.contains(.init("url.path", "/api/v1/strategies")))
            #expect(spans[1].attributes.contains(.init("cryptodesk.request_id", "request-1")))
            #expect(spans.allSatisfy { $0.attributes.contains(.init("http.response.status_code", 200)) })
            #expect(spans[0].beganAt >= spans[1].beganAt && spans[0].endedAt <= spans[1].endedAt)
        }
    }

    @Test("a stranger who asks to be sampled is not, unless the gateway would have it so")
    func strangers() async throws {
        try await run(ratio: 0) { gateway, upstream, queue in
            for _ in 0..<20 {
                _ = try await gateway.ask(
                    GatewayUnderTest.request(more: ["traceparent: \(Self.caller.dropLast())1"]))
            }
            #expect(upstream.requests.allSatisfy { $0.fields["traceparent"].first?.hasSuffix("-00") == true })
            #expect(queue.count == 0)
        }
    }

    @Test("each time that an instance is asked is a span of its own, and says why it failed")
    func attempts() async throws {
        try await run { gateway, _, queue in
            let answer = try await gateway.ask(GatewayUnderTest.request("POST", behave: "close", body: "{}"))
            #expect(answer.status == 502)
            let spans = try await spans(queue, 2)
            try #require(spans.last?.kind == .server)
            let attempts = spans.dropLast()
            #expect(!attempts.isEmpty && attempts.allSatisfy { $0.kind == .client && $0.isError })
            #expect(attempts.allSatisfy { $0.attributes.contains(.init("error.type", "connectionLost")) })
            #expect(spans.last?.isError == true)
            #expect(spans.last?.attributes.contains(.init("error.type", "502")) == true)
        }
    }

    @Test("a request that the gateway answers by itself is one span without a parent")
    func own() async throws {
        try await run { gateway, _, queue in
            #expect(try await gateway.ask(GatewayUnderTest.request("GET", "/nowhere")).status == 404)
            let spans = try await spans(queue, 1)
            #expect(spans.count == 1 && spans.first?.parent == nil && spans.first?.name == "GET")
            #expect(spans.first?.isError == false)
        }
    }
}
