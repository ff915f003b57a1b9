import FoundationEssentials
import Load
import Testing

@Suite("two runs side by side")
struct LoadComparisonTests {
    /// The report of a run, as it is read from a file.
    private func report(throughput: Double = 1000, p99: Double = 10, errors: Int = 0) throws -> LoadReport {
        let figures = """
            {"requests":10000,"errors":\(errors),"throughput":\(throughput),"mean_ms":3,"p50_ms":2,"p90_ms":5,"p95_ms":7,\
            "p99_ms":\(p99),"p99.9_ms":20,"max_ms":30,"service_p50_ms":2,"service_p99_ms":9}
            """
        let text = """
            {"scenario":"browse","description":"d","url":"http://127.0.0.1:8080","date":"2026-01-01T00:00:00Z",\
            "arrival":"closed loop, 64 connections","users":1000,"threads":1,"seconds":10,"total":\(figures),\
            "operations":[],"errors":{},"late":0,"targets":[],"percentiles":[],"intervals":[],"processes":[],\
            "load_cpu_us_per_request":20}
            """
        return try JSONDecoder().decode(LoadReport.self, from: Data(text.utf8))
    }

    private func verdicts(_ before: LoadReport, _ after: LoadReport) -> [String: LoadComparison.Verdict] {
        let rows = LoadComparison(before, after, tolerance: 5).rows
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0.verdict) })
    }

    @Test("what lies within the tolerance is the same")
    func same() throws {
        let comparison = LoadComparison(try report(), try report(throughput: 960, p99: 10.4), tolerance: 5)
        #expect(comparison.rows.allSatisfy { $0.verdict == .same })
        #expect(!comparison.isWorse)
        #expect(comparison.differences.isEmpty)
    }

    @Test("fewer requests and longer latencies are worse, the other way round they are better")
    func worse() throws {
        let worse = verdicts(try report(), try report(throughput: 900, p99: 12))
        #expect(worse["requests/s"] == .worse)
        #expect(worse["p99 ms"] == .worse)
        #expect(worse["p50 ms"] == .same)
        let better = verdicts(try report(throughput: 900, p99: 12), try report())
        #expect(better["requests/s"] == .better)
        #expect(better["p99 ms"] == .better)
    }

    @Test("one error more is worse, whatever the tolerance")
    func errors() throws {
        #expect(verdicts(try report(), try report(errors: 1))["errors %"] == .worse)
    }

    @Test("a page holds all that it shows, and nothing of it can become markup")
    func page() throws {
        let html = LoadPage(try report(errors: 3)).html
        #expect(!html.contains("<script"))
        #expect(!html.contains("src="))
        #expect(!html.contains("https://"))
        #expect(html.contains("default-src 'none'"))
        #expect(html.contains("10,000"))
    }
}
