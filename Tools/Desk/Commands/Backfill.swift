import ArgumentParser
import LocalCluster

struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a monolith's tasks over as strategies: resumable, and compared range by range.",
        discussion: """
            title becomes strategy_name, and the owner is the account with the task's owner as legacy_user_id. A task that breaks \
            a rule of ours is left and told, and its range is gone through again the next time. desk capture install comes first.
            """)

    @OptionGroup var migration: MigrationOption

    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        let line = ProgressLine()
        defer { line.clear() }
        let report = try await migration.withStores { stores in
            try await TaskBackfill(stores).run { share, rows in
                line.show("\(Int(share * 100)) % of the tasks' ids, \(rows) tasks")
            }
        }
        line.clear()
        if json {
            try Console.say(json: report)
        } else {
            for row in report.refused { Console.say("left: \(row.text)") }
            let earlier = report.skippedRanges == 0 ? "" : " (\(report.skippedRanges) ranges were done before)"
            Console.say(
                "Brought over \(report.rows - report.refused.count) of \(report.rows) tasks in \(report.ranges) ranges\(earlier)."
            )
        }
        guard report.refused.isEmpty else { throw ExitCode.failure }
    }
}
