import ArgumentParser
import FoundationEssentials
import Load
import LocalCluster

struct LoadScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a scenario; exit status 1 when a target is missed.",
        discussion: """
            Scenarios are in Benchmarks/scenarios; docs/performance.md says how to write one, and how to read the figures. \
            Without --url the cluster of --data is loaded.
            """)

    @Argument(help: "The name of a scenario that comes with this repository, or a file.")
    var scenario: String

    @OptionGroup var options: LoadOptions

    @Flag(help: "Search the highest rate at which the targets hold; those of throughput do not count then.")
    var findMax = false

    @Flag(help: "Print JSON for programs.")
    var json = false

    @Option(help: ArgumentHelp("Write a report with charts, an HTML file that needs nothing else.", valueName: "file"))
    var html: String?

    func run() async throws {
        FileLimit.raise()
        let session = try await LoadSession.start(scenario, options, isQuiet: json)
        guard let report = try await report(session) else {
            Console.complain("The targets hold at no rate.")
            throw ExitCode(1)
        }
        if let html { try write(LoadPage(report).html, to: html) }
        Console.say(json ? try LoadReportFile.text(report) : "\n" + LoadTable(report).text)
        if !report.isMet { throw ExitCode(1) }
    }

    /// - Returns: `nil` when the highest rate was searched and there is none.
    private func report(_ session: LoadSession) async throws -> LoadReport? {
        guard findMax else { return try await session.run() }
        let best = try await MaximumSearch(session: session, start: options.rate ?? 500).run { line in
            if !json { Console.say("  \(line)") }
        }
        if let best, !json { Console.say("\nThe highest rate that holds: \(ListReport.number(best.rate, 0))/s") }
        return best?.report
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            throw ClusterError("\(path) cannot be written.")
        }
    }
}
