import ArgumentParser
import FoundationEssentials
import JSON
import LocalCluster

struct Coverage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell which lines of Services and Shared the tests execute, with a page for each file.",
        discussion:
            "Runs every test on a build of its own (.build-coverage), the first time about 40 minutes. What the "
            + "processes of the end-to-end tests execute counts as well.")

    @Option(help: "Run only the tests whose name matches this regular expression.")
    var filter: String?

    @Option(help: "The least share of lines, in percent; exit status 1 below it.")
    var minimum = 85.0

    func run() async throws {
        let installation = try Installation.find()
        let swift = try Toolchain.swift()
        let build = TestBuild.coverage(installation)
        try await build.make(swift, installation)
        let profiles = try CoverageProfiles(build, swift: swift)
        let tests = try await TestRun(
            installation: installation, build: build, filter: filter, environment: profiles.environment
        ).run()
        let report = CoverageReport(
            export: try JSONValue(parsing: try await profiles.export().utf8), repository: installation.repository)
        let page = try await profiles.writePages()
        Console.say(CoverageTable(report).text)
        Console.say("Each line: \(page)")
        Console.say("\(tests.line); \(CoverageTable.percent(report.total)) of the lines of Services and Shared")
        if tests.failed > 0 || report.total.share * 100 < minimum { throw ExitCode(1) }
    }
}
