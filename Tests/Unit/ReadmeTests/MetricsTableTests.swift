import Auth
import Foundation
import Gateway
import PrometheusMetrics
import Strategies
import Testing

@Suite("docs/metrics.md")
struct MetricsTableTests {
    /// The metrics of all processes as a Markdown table: a row for each name, with the processes that tell it.
    private static func table() -> String {
        let catalogues = [
            ("gateway", GatewayApplication.metrics), ("auth", AuthApplication.metrics),
            ("strategies", StrategiesApplication.metrics),
        ]
        var rows: [(metric: Metric, processes: [String])] = []
        for (process, metrics) in catalogues {
            for metric in metrics {
                if let index = rows.firstIndex(where: { $0.metric.name == metric.name }) {
                    rows[index].processes.append(process)
                } else {
                    rows.append((metric, [process]))
                }
            }
        }
        let lines = rows.sorted { $0.metric.name < $1.metric.name }.map { metric, processes in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            let tellers = processes.count == catalogues.count ? "all" : processes.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(labels) | \(tellers) | \(metric.help) |"
        }
        return (["| name | type | labels | told by | meaning |", "|---|---|---|---|---|"] + lines).joined(
            separator: "\n")
    }

    @Test("its table is what the processes tell")
    func metricsTable() throws {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        let page = try String(contentsOf: folder.appending(path: "docs/metrics.md"), encoding: .utf8)
        let start = try #require(page.range(of: "<!-- metrics -->\n")?.upperBound)
        let end = try #require(page.range(of: "<!-- /metrics -->")?.lowerBound)
        let written = page[start..<end].trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(written == Self.table(), "Write this between the marks:\n\n\(Self.table())\n")
    }

    @Test("every metric says in a sentence what it is, and no process tells a name twice")
    func summaries() {
        for metrics in [GatewayApplication.metrics, AuthApplication.metrics, StrategiesApplication.metrics] {
            #expect(Set(metrics.map(\.name)).count == metrics.count)
            for metric in metrics {
                #expect(metric.help.hasSuffix(".") && !metric.help.contains("|"), "\(metric.name)")
            }
        }
    }
}
