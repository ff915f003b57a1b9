import ArgumentParser
import FoundationEssentials
import Load
import LocalCluster

struct LoadCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two runs that --json printed; exit status 1 when the second is worse.")

    @Argument(help: "The file of the run before.")
    var before: String

    @Argument(help: "The file of the run after.")
    var after: String

    @Option(help: "Percent by which two runs of the same differ anyway.")
    var tolerance = 10.0

    func validate() throws {
        guard (0...1000).contains(tolerance) else { throw ValidationError("--tolerance is a percentage from 0 on.") }
    }

    func run() async throws {
        let comparison = LoadComparison(
            try LoadReportFile.read(before), try LoadReportFile.read(after), tolerance: tolerance)
        for difference in comparison.differences { Console.say(difference) }
        let rows = comparison.rows.map { row in
            [
                row.name, ListReport.number(row.before, 2), ListReport.number(row.after, 2),
                row.change.map { ($0 > 0 ? "+" : "") + ListReport.number($0, 1) + " %" } ?? "",
                row.verdict == .worse ? "WORSE" : row.verdict.rawValue,
            ]
        }
        Console.say(TextTable(["", "before", "after", "change", ""], rows, rightAligned: [1, 2, 3]).text)
        if comparison.isWorse { throw ExitCode(1) }
    }
}
