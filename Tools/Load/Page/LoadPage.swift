/// A run as one HTML file that needs nothing from elsewhere: no script, no font, no picture but its own.
package struct LoadPage {
    private let report: LoadReport

    package init(_ report: LoadReport) { self.report = report }

    package var html: String {
        let title = "\(report.scenario): \(report.description)"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(LineChart.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <h1>\(LineChart.escaped(title))</h1>
            <p>\(LineChart.escaped(summary))</p>
            \(section("Targets", report.results.isEmpty ? nil : targets))
            \(section("Requests", operations))
            \(section("Latency by time", latency.svg))
            \(section("Latency by percentile", percentiles.svg))
            \(section("Throughput", throughput.svg))
            \(section("Errors", report.errors.isEmpty ? "<p>None.</p>" : errors))
            \(section("Processor time of each process", processorTime?.svg))
            \(section("Memory of each process", memory?.svg))
            </body>
            </html>

            """
    }

    private func section(_ title: String, _ content: String?) -> String {
        content.map { "<h2>\(title)</h2>\n\($0)" } ?? ""
    }

    private var summary: String {
        "\(report.date) · \(report.url) · \(report.arrival) · \(Figure.text(Double(report.users), 0)) users · "
            + "\(Figure.text(report.seconds, 0)) s measured after the ramp · "
            + "\(Figure.text(Double(report.late), 0)) requests sent late · "
            + "the load test itself took \(Figure.text(report.processorMicroseconds, 1)) µs of CPU a request"
    }

    // MARK: Tables

    private var targets: String {
        table(
            ["target", "measured", ""],
            report.results.map { [$0.target, $0.measured, $0.isMet ? "met" : "missed"] },
            classes: report.results.map { $0.isMet ? "met" : "missed" })
    }

    private var operations: String {
        let rows = (report.operations + [report.total]).map { row in
            [row.operation?.rawValue ?? "all"]
                + [Double(row.requests), Double(row.errors), row.throughput].map { Figure.text($0, 0) }
                + [row.mean, row.p50, row.p90, row.p99, row.p999, row.maximum, row.serviceP99]
                .map { Figure.text($0, 2) }
        }
        return table(
            [
                "", "requests", "errors", "a second", "mean ms", "p50", "p90", "p99", "p99.9", "max",
                "p99 from sending",
            ], rows)
    }

    private var errors: String {
        let rows = report.errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let line = LineChart.Line(name: "errors", points: report.intervals.map { ($0.second, Double($0.errors)) })
        return table(["kind", "count"], rows.map { [$0.key, Figure.text(Double($0.value), 0)] })
            + LineChart(title: "Errors by time", unit: "errors", axis: .linear("s"), lines: [line]).svg
    }

    private func table(_ header: [String], _ rows: [[String]], classes: [String] = []) -> String {
        let head = header.map { "<th>\(LineChart.escaped($0))</th>" }.joined()
        let body = rows.enumerated().map { index, row in
            let name = index < classes.count ? " class=\"\(classes[index])\"" : ""
            return "<tr\(name)>" + row.map { "<td>\(LineChart.escaped($0))</td>" }.joined() + "</tr>"
        }
        return "<table><tr>\(head)</tr>\n\(body.joined(separator: "\n"))</table>"
    }

    // MARK: Charts

    private var latency: LineChart {
        func line(_ name: String, _ value: (IntervalFigures) -> Double) -> LineChart.Line {
            .init(name: name, points: report.intervals.filter { $0.answers > 0 }.map { ($0.second, value($0)) })
        }
        return LineChart(
            title: "Latency by time", unit: "ms", axis: .linear("s"),
            lines: [line("p50", \.p50), line("p99", \.p99), line("max", \.maximum)])
    }

    private var percentiles: LineChart {
        let points = report.percentiles.map { ($0.percent, $0.milliseconds) }
        return LineChart(
            title: "Latency by percentile", unit: "ms", axis: .nines,
            lines: [.init(name: "from when a request was due", points: points)])
    }

    private var throughput: LineChart {
        LineChart(
            title: "Throughput", unit: "per s", axis: .linear("s"),
            lines: [.init(name: "right answers a second", points: report.intervals.map { ($0.second, $0.rate) })])
    }

    private var processorTime: LineChart? { processes("Processor time", "% of a core", \.processorPercent) }
    private var memory: LineChart? { processes("Memory", "MB", \.megabytes) }

    private func processes(
        _ title: String, _ unit: String, _ values: (IntervalFigures) -> [String: Double]
    ) -> LineChart? {
        guard !report.processes.isEmpty else { return nil }
        let lines = report.processes.map { process in
            LineChart.Line(
                name: process.name,
                points: report.intervals.compactMap { interval in
                    values(interval)[process.name].map { (interval.second, $0) }
                })
        }
        return LineChart(title: title, unit: unit, axis: .linear("s"), lines: lines)
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #1f2733; --pale: #5b6575; --line: #d9dee6; --page: #fff }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --pale: #9aa5b5; --line: #38414f; --page: #161b22 } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 920px;
            margin: 32px auto; padding: 0 20px }
        h1 { font-size: 22px } h2 { font-size: 17px; margin-top: 32px } p { color: var(--pale) }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: 14px }
        th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line) }
        th { color: var(--pale); font-weight: 500 } th:first-child, td:first-child { text-align: left }
        .met td:last-child { color: #0b7a75 } .missed td:last-child { color: #c4562d; font-weight: 600 }
        svg { width: 100%; font: 12px system-ui, sans-serif; fill: var(--pale) }
        svg polyline { fill: none; stroke-width: 1.6; stroke-linejoin: round } .grid { stroke: var(--line) }
        """
}
