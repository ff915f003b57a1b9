import Profiling

/// What requests cost, for people.
struct CostTable {
    let text: String

    init(_ report: CostReport) {
        let rows = report.rows.map { row in
            [
                row.service, row.operation, row.figure, ListReport.number(row.measured, row.measured < 1000 ? 1 : 0),
                ListReport.number(Double(row.limit), 0), row.isPassed ? "PASSED" : "kept",
            ]
        }
        text = TextTable(["service", "operation", "", "a request", "limit", ""], rows, rightAligned: [3, 4]).text
    }
}
