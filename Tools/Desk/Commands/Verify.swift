import ArgumentParser
import LocalCluster

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare a monolith's tasks with our strategies; exit status 1 when they differ.",
        discussion: "What is on its way just now is waited for, five seconds at most.")

    /// Of the differences that are told; all are counted.
    private static let longestList = 1000

    @OptionGroup var migration: MigrationOption

    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        let report = try await migration.withStores { try await StoreComparison($0).run() }
        if json {
            try Console.say(json: report)
        } else {
            for difference in report.differences.prefix(Self.longestList) { Console.say(difference.text) }
            Console.say(
                report.isEqual
                    ? "Both stores have the same \(report.legacyRows) rows."
                    : "\(report.differences.count) rows differ: \(report.legacyRows) there, \(report.candidateRows) here."
            )
        }
        guard report.isEqual else { throw ExitCode.failure }
    }
}
