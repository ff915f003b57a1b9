import PrometheusMetrics
import TestSupport
import Testing

@Suite("Metrics")
struct PrometheusTextTests {
    private static let requests = Metric("requests_total", .counter, "What came.", labels: ["route", "code"])

    @Test("a page is written as Prometheus reads it")
    func page() {
        let depth = Metric("depth", .gauge, "A back\\slash\nand a line.")
        let text = PrometheusText.render([
            Self.requests([MetricSample(["a", "200"], count: 3), MetricSample(["b\"\\\n", "404"], count: 1)]),
            depth(number: 0.25), depth(number: nil),
        ])
        #expect(
            text == """
                # HELP requests_total What came.
                # TYPE requests_total counter
                requests_total{route="a",code="200"} 3
                requests_total{route="b\\"\\\\\\n",code="404"} 1
                # HELP depth A back\\\\slash\\nand a line.
                # TYPE depth gauge
                depth 0.25
                # HELP depth A back\\\\slash\\nand a line.
                # TYPE depth gauge

                """)
    }

    @Test("a histogram's buckets add up, with its sum in seconds")
    func histogram() throws {
        var (one, other) = (Histogram(bounds: [1000, 2_500_000]), Histogram(bounds: [1000, 2_500_000]))
        for value in [0, 1000, 1001, 2_500_000] { one.observe(microseconds: value) }
        other.observe(microseconds: 2_500_001)
        one.add(other)
        one.add(Histogram(bounds: [7]))  // other bounds: nothing that could be added
        let metric = Metric("wait_seconds", .histogram, "How long.", labels: ["route"])
        let text = PrometheusText.render([metric([MetricSample(["a"], histogram: one)])])
        #expect(
            text.split(separator: "\n").dropFirst(2).map(String.init) == [
                "wait_seconds_bucket{route=\"a\",le=\"0.001\"} 2", "wait_seconds_bucket{route=\"a\",le=\"2.5\"} 4",
                "wait_seconds_bucket{route=\"a\",le=\"+Inf\"} 5", "wait_seconds_sum{route=\"a\"} 5.002002",
                "wait_seconds_count{route=\"a\"} 5",
            ])
        #expect(try PrometheusPage(text).value("wait_seconds_count", ["route": "a"]) == 5)
    }

    @Test("sources that tell of one name make one family")
    func report() async throws {
        let report = MetricsReport([{ [Self.requests([MetricSample(["a", "200"], count: 1)])] }])
            .adding { [Self.requests([MetricSample(["b", "200"], count: 2)])] }
        let page = try PrometheusPage(await report.text())
        #expect(page.families.count == 1 && page.value("requests_total") == 3)
        #expect(page.value("requests_total", ["route": "b"]) == 2)
    }

    @Test("requests are counted by route, method and status, and strange methods as one")
    func requests() throws {
        let metrics = RequestMetrics()
        let requests: [(String?, String, Int)] = [
            ("/a/{id}", "GET", 200), ("/a/{id}", "GET", 200), (nil, "BREW", 404), (nil, "X", 404),
        ]
        for (route, method, code) in requests {
            metrics.begin()
            metrics.end(route: route, method: method, code: code, microseconds: 700)
        }
        metrics.begin()
        let page = try PrometheusPage(PrometheusText.render(metrics.families()))
        #expect(
            page.value("cryptodesk_http_requests_total", ["route": "/a/{id}", "method": "GET", "code": "200"]) == 2)
        #expect(page.value("cryptodesk_http_requests_total", ["route": "none", "method": "other", "code": "404"]) == 2)
        #expect(page.value("cryptodesk_http_request_duration_seconds_bucket", ["route": "none", "le": "0.001"]) == 2)
        #expect(page.value("cryptodesk_http_requests_in_flight") == 1)
    }

    @Test("a process tells what it takes of the machine")
    func process() throws {
        let page = try PrometheusPage(
            PrometheusText.render(ProcessMetrics(service: "gateway", version: "1.2.3").families()))
        #expect(page.value("cryptodesk_build_info", ["service": "gateway", "version": "1.2.3"]) == 1)
        #expect(page.value("process_resident_memory_bytes").map { $0 > 1_000_000 } == true)
        #expect(page.value("process_cpu_seconds_total").map { $0 > 0 } == true)
        #expect(page.value("process_open_fds").map { $0 >= 3 } == true)
        #expect(Set(page.families.map(\.name)) == Set(ProcessMetrics.catalogue.map(\.name)))
    }

    @Test(
        "the strict reader refuses what is none",
        arguments: [
            "a 1\n", "# HELP a A.\n# TYPE a gauge\na 1", "# HELP a A.\n# TYPE a gauge\nb 1\n",
            "# HELP a A.\n# TYPE a counter\na 1\n", "# HELP a_total A.\n# TYPE a_total counter\na_total{b=\"c} 1\n",
            "# HELP a A.\n# TYPE a gauge\na 1\na 1\n", "# TYPE a gauge\na 1\n", "# HELP a A.\n# TYPE a gauge\na one\n",
            "# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n",
            "# HELP a A.\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
        ])
    func strictness(text: String) {
        #expect(throws: PrometheusPage.Malformed.self) { try PrometheusPage(text) }
    }
}
