import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run every test against real servers of its own, and check the formatting.")

    @Option(help: "Run only the tests whose name matches this regular expression, and skip the formatting.")
    var filter: String?

    @Flag(help: "Run the long forms of the tests as well.")
    var slow = false

    /// Those that run one after the other: they kill and pause servers of their own, and need the machine to themselves to
    /// tell a server that is gone from one that is slow. Limits of logins let nobody in when Redis is slow to answer.
    private static let serial =
        "EndToEndTests[./]|IntegrationTests\\.("
        + "ReadRouting|ReadSnapshot|Failover|DurableWrite|SecondFactor|SecondFactorClock|WideLoginLimit|Rehash|LoginAudit"
        + ")Tests/"

    func run() async throws {
        let installation = try Installation.find()
        let swift = try Toolchain.swift()
        let servers = try await PipedCluster.start(
            installation,
            ["--gateways", "0", "--auth", "0", "--strategies", "0", "--no-migrate", "--no-demo"], for: "test")
        let report: TestReport
        let folder = try TestFolder()
        do {
            var environment = try TestServers(servers.cluster).environment()
            environment["TMPDIR"] = folder.path
            environment["DESK_EXECUTABLE"] = installation.executable
            // All at once they would wait for one another's connections, and for longer than their own deadlines.
            environment["SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH"] = "8"
            if slow { environment["CRYPTODESK_SLOW_TESTS"] = "1" }
            let pass = TestPass(
                swift: swift, repository: installation.repository, environment: environment, filter: filter,
                limit: slow ? .seconds(4 * 3600) : .seconds(25 * 60))
            Console.say("Unit and integration tests")
            let parallel = try await pass.run(options: ["--skip", "^(\(Self.serial))"])
            Console.say("Tests that stop servers, and end-to-end tests, one after the other")
            let serial = try await pass.run(options: ["--skip", "^(?!\(Self.serial))", "--no-parallel"])
            report = parallel + serial
        } catch {
            await servers.stop()
            await finish(folder, isOfInterest: (error as? ExitCode) != TestPass.interrupted)
            throw error
        }
        await servers.stop()
        await finish(folder, isOfInterest: report.failed > 0)
        let isFormatted = filter == nil ? try await Formatting(swift, installation).lint() : true
        Console.say(report.line)
        if report.failed > 0 || !isFormatted { throw ExitCode(1) }
    }

    /// - Parameter isOfInterest: whether somebody will want to read the logs.
    private func finish(_ folder: TestFolder, isOfInterest: Bool) async {
        guard isOfInterest else { return await folder.remove() }
        Console.say("The logs of the tests' clusters are kept in \(folder.path): remove it when you have read them.")
    }
}
