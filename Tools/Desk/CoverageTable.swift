import LocalCluster

/// Each module with its lines and those that were executed.
struct CoverageTable {
    let text: String

    init(_ report: CoverageReport) {
        let rows = report.modules.map { name, lines in
            [name, "\(lines.covered)", "\(lines.count)", Self.percent(lines)]
        }
        let total = ["all", "\(report.total.covered)", "\(report.total.count)", Self.percent(report.total)]
        text = TextTable(["module", "executed", "lines", "share"], rows + [total], rightAligned: [1, 2, 3]).text
    }

    /// With one decimal, rounded down: 84.99 % are not 85 %.
    static func percent(_ lines: CoverageReport.Lines) -> String {
        let tenths = Int(lines.share * 1000)
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
