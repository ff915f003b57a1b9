import Load

/// A run's report for people.
struct LoadTable {
    let text: String

    init(_ report: LoadReport) {
        var parts = [Self.operations(report), Self.summary(report)]
        if !report.errors.isEmpty { parts.append(Self.errors(report)) }
        if !report.processes.isEmpty { parts.append(Self.processes(report)) }
        if !report.results.isEmpty { parts.append(Self.targets(report)) }
        text = parts.joined(separator: "\n\n")
    }

    private static func operations(_ report: LoadReport) -> String {
        let rows = (report.operations.count > 1 ? report.operations : []) + [report.total]
        return TextTable(
            ["", "requests", "errors", "a second", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"],
            rows.map { row in
                [
                    row.operation?.rawValue ?? (report.operations.count == 1 ? report.operations[0].name : "all"),
                    number(Double(row.requests), 0), number(Double(row.errors), 0), number(row.throughput, 0),
                    number(row.p50, 2), number(row.p90, 2), number(row.p99, 2), number(row.p999, 2),
                    number(row.maximum, 2),
                ]
            }, rightAligned: Set(1...8)
        ).text
    }

    private static func summary(_ report: LoadReport) -> String {
        """
        \(report.arrival), \(number(Double(report.users), 0)) users, \(number(report.seconds, 0)) s measured, \
        \(number(Double(report.late), 0)) requests sent late
        counted from the sending alone: p50 \(number(report.total.serviceP50, 2)) ms, \
        p99 \(number(report.total.serviceP99, 2)) ms
        CPU of the load test: \(number(report.processorMicroseconds, 1)) µs a request
        """
    }

    private static func errors(_ report: LoadReport) -> String {
        let rows = report.errors.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return TextTable(["error", "count"], rows.map { [$0.key, number(Double($0.value), 0)] }, rightAligned: [1]).text
    }

    /// Processor time in percent of one core, over the run with its ramp.
    private static func processes(_ report: LoadReport) -> String {
        let seconds = report.intervals.last?.second ?? 0
        return TextTable(
            ["process", "CPU %", "MB"],
            report.processes.map { process in
                [
                    process.name, seconds > 0 ? number(process.processorTime / seconds * 100, 1) : "–",
                    number(process.megabytes, 0),
                ]
            }, rightAligned: [1, 2]
        ).text
    }

    private static func targets(_ report: LoadReport) -> String {
        TextTable(
            ["target", "measured", ""], report.results.map { [$0.target, $0.measured, $0.isMet ? "met" : "MISSED"] }
        ).text
    }

    private static func number(_ value: Double, _ digits: Int) -> String { ListReport.number(value, digits) }
}

extension OperationFigures {
    fileprivate var name: String { operation?.rawValue ?? "all" }
}
