import FoundationEssentials

/// What came out of a run: the report for programs and people, the latencies behind it, and the users as they are now.
package struct LoadOutcome: Sendable {
    package let report: LoadReport
    package let users: [PreparedUser]

    init(
        scenario: Scenario, url: String, date: Date, threads: Int, seconds: Double, recorders: [Recorder],
        intervals: [IntervalFigures], processes: [ProcessFigures], processorTime: Double, users: [PreparedUser]
    ) {
        var rows: [Operation: Recorder.Row] = [:]
        var errors: [String: Int] = [:]
        var all = Recorder.Row()
        for recorder in recorders {
            for (operation, row) in recorder.rows {
                rows[operation, default: Recorder.Row()].add(row)
                // A delivery is no request; one that failed is an error of the run.
                if operation == .delivery { all.errors += row.errors } else { all.add(row) }
            }
            for (error, count) in recorder.errors { errors[error.description, default: 0] += count }
        }
        let answers = max(1, intervals.reduce(0) { $0 + $1.answers })
        let total = OperationFigures(operation: nil, all, seconds: seconds)
        let operations = Operation.allCases.compactMap { operation in
            rows[operation].map { OperationFigures(operation: operation, $0, seconds: seconds) }
        }
        report = LoadReport(
            scenario: scenario.name, description: scenario.description, url: url,
            date: date.formatted(.iso8601), arrival: scenario.arrival.text, users: users.count, threads: threads,
            seconds: seconds, total: total, operations: operations, errors: errors,
            late: recorders.reduce(0) { $0 + $1.late },
            results: scenario.targets.map { TargetResult($0, total: total, operations: operations) },
            percentiles: all.latency.percentileCurve.map { .init(percent: $0.percent, milliseconds: $0.milliseconds) },
            intervals: intervals, processes: processes,
            processorMicroseconds: processorTime / Double(answers) * 1e6)
        self.users = users
    }
}

extension Scenario.Arrival {
    /// For people.
    package var text: String {
        switch self {
        case .closed(let connections, let thinkTime):
            "closed loop, \(connections) connections"
                + (thinkTime > .zero ? ", \(thinkTime / .milliseconds(1)) ms think time" : "")
        case .open(let rate, let connections):
            "open loop, \(Figure.text(rate, 0))/s, \(connections) connections at most"
        }
    }
}
