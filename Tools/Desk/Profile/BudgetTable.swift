import Profiling

/// A budget of processor time for people.
struct BudgetTable {
    let text: String

    init(_ budget: CPUBudget) {
        let rows = budget.rows.map { row in
            [
                row.stage.map { "  \($0)" } ?? row.process, ListReport.number(row.microseconds, 1),
                ListReport.number(row.kernelMicroseconds, 1),
            ]
        }
        let all = budget.rows.filter { $0.stage == nil }.reduce(0) { $0 + $1.microseconds }
        text =
            TextTable(["", "CPU µs a request", "of it kernel"], rows, rightAligned: [1, 2]).text
            + "\n\n\(ListReport.number(all, 0)) µs together, at \(ListReport.number(budget.requestsPerSecond, 0)) requests/s; "
            + "\(ListReport.number(Double(budget.samples), 0)) looks"
    }
}
