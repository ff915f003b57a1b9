import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Traces of a running cluster")
struct TraceTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"

    @Test("one trace leads from the caller through gateway and service to SQL, and no request needs the collector")
    func trace() async throws {
        let collector = try await TraceCollector.start()
        let cluster = try await ClusterUnderTest.start([
            "--gateways", "1", "--auth", "1", "--strategies", "1",
            "--set", "OTEL_EXPORTER_OTLP_ENDPOINT=\(collector.url)", "--set", "TRACE_SAMPLE_RATIO=1",
            "--set", "OTEL_BSP_SCHEDULE_DELAY=100", "--set", "OTEL_BSP_MAX_QUEUE_SIZE=20",
            "--set", "OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=test",
        ])
        let user = try await TestUser.make(cluster)
        let own = [("traceparent", "00-\(Self.trace)-\(Self.span)-00")]
        let created = try await user.client.send(
            .POST, "/api/v1/strategies", headers: own,
            body: ("application/json", #"{"strategy_name":"Traced","description":"d","parameters":{}}"#))
        #expect(created.status == 201, "\(created.text)")
        #expect(try await user.client.send(.GET, "/api/v1/strategies?limit=7", headers: own).status == 200)
        try await Self.check(collector, method: "POST")
        try await Self.check(collector, method: "GET")
        for text in ["Traced", "limit=7", user.email, TestUser.password] { #expect(!collector.text.contains(text)) }

        await collector.stop()
        for _ in 0..<60 { #expect(try await user.client.send(.GET, "/api/v1/strategies").status == 200) }
        #expect(try await eventually { try await Self.dropped(cluster) > 0 })
        #expect(try await cluster.stop() == 0)
    }

    /// From the caller to SQL, each span the child of the one before.
    private static func check(_ collector: TraceCollector, method: String) async throws {
        var chain: [TraceCollector.Span] = []
        let isThere = try await eventually {
            let spans = collector.spans.filter { $0.traceID == trace }
            guard
                let gateway = spans.first(where: { $0.parentID == span && $0.name.hasPrefix(method) }),
                let asked = spans.first(where: { $0.parentID == gateway.id }),
                let service = spans.first(where: { $0.parentID == asked.id }),
                let statement = spans.first(where: { $0.parentID == service.id })
            else { return false }
            chain = [gateway, asked, service, statement]
            return true
        }
        try #require(isThere, "\(method): \(collector.text)")
        #expect(chain.map(\.service) == ["gateway", "gateway", "strategies", "strategies"])
        #expect(chain.map(\.kind) == ["SERVER", "CLIENT", "SERVER", "CLIENT"].map { "SPAN_KIND_\($0)" })
        #expect(chain[0].attributes["http.route"]?.string?.hasPrefix("/api/v1/strategies") == true)
        #expect(chain[2].name.hasPrefix("\(method) /api/v1/strategies"))
        #expect(chain[3].attributes["db.system.name"]?.string == "postgresql")
        #expect(chain[3].name == chain[3].attributes["db.query.summary"]?.string)
        for span in chain {
            #expect(span.resource["service.instance.id"]?.string?.isEmpty == false)
            #expect(span.resource["deployment.environment.name"]?.string == "test")
            #expect(span.status == "STATUS_CODE_UNSET", "\(span.name)")
        }
    }

    private static func dropped(_ cluster: ClusterUnderTest) async throws -> Double {
        let gateway = try #require(try await cluster.processes().first { $0.name.hasPrefix("gateway") })
        let port = try #require(gateway.adminPort)
        let page = try PrometheusPage(try await APIClient("http://127.0.0.1:\(port)").send(.GET, "/metrics").text)
        return page.value("cryptodesk_trace_spans_total", ["outcome": "dropped"]) ?? 0
    }
}
