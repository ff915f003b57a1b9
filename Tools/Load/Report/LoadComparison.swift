/// Two runs side by side, and what became worse from the first to the second.
package struct LoadComparison: Sendable, Hashable {
    package enum Verdict: String, Sendable {
        case same, better, worse
    }

    package struct Row: Sendable, Hashable {
        /// Such as `list p99 ms`.
        package let name: String
        package let before, after: Double
        package let verdict: Verdict

        /// In percent of the first; `nil` where that is 0.
        package var change: Double? { before == 0 ? nil : (after - before) / before * 100 }
    }

    package let rows: [Row]
    /// What makes the runs different ones, as sentences.
    package let differences: [String]

    /// - Parameter tolerance: percent by which two runs of the same differ anyway.
    package init(_ before: LoadReport, _ after: LoadReport, tolerance: Double) {
        var rows = Self.rows("", before.total, after.total, tolerance)
        for figures in before.operations where before.operations.count > 1 {
            guard let name = figures.operation?.rawValue,
                let other = after.operations.first(where: { $0.operation == figures.operation })
            else { continue }
            rows += Self.rows(name + " ", figures, other, tolerance)
        }
        self.rows = rows
        differences = [
            ("scenario", before.scenario, after.scenario), ("arrival", before.arrival, after.arrival),
            ("users", "\(before.users)", "\(after.users)"), ("url", before.url, after.url),
        ].filter { $0.1 != $0.2 }.map { "The runs differ in their \($0.0): \($0.1), then \($0.2)." }
    }

    package var isWorse: Bool { rows.contains { $0.verdict == .worse } }

    private static func rows(
        _ name: String, _ before: OperationFigures, _ after: OperationFigures, _ tolerance: Double
    ) -> [Row] {
        [
            row(name + "requests/s", before.throughput, after.throughput, tolerance, higherIsBetter: true),
            row(name + "p50 ms", before.p50, after.p50, tolerance),
            row(name + "p99 ms", before.p99, after.p99, tolerance),
            row(name + "p99.9 ms", before.p999, after.p999, tolerance),
            row(name + "errors %", before.errorPercent, after.errorPercent, 0),
        ]
    }

    private static func row(
        _ name: String, _ before: Double, _ after: Double, _ tolerance: Double, higherIsBetter: Bool = false
    ) -> Row {
        let allowed = before * tolerance / 100
        let verdict: Verdict
        if (after - before).magnitude <= allowed {
            verdict = .same
        } else {
            verdict = (after > before) == higherIsBetter ? .better : .worse
        }
        return Row(name: name, before: before, after: after, verdict: verdict)
    }
}
