import ArgumentParser
import LocalCluster

struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run every test against real servers of its own, and check the formatting.")

    @Option(help: "Run only the tests whose name matches this regular expression, and skip the formatting.")
    var filter: String?

    @Flag(help: "Run the long forms of the tests as well.")
    var slow = false

    func run() async throws {
        let installation = try Installation.find()
        let report = try await TestRun(installation: installation, filter: filter, isSlow: slow).run()
        let isFormatted =
            filter == nil ? try await Formatting(try Toolchain.swift(), installation).lint() : true
        Console.say(report.line)
        if report.failed > 0 || !isFormatted { throw ExitCode(1) }
    }
}
