import ArgumentParser
import FoundationEssentials
import LocalCluster

/// The tests, against real servers of their own: first those that run side by side, then the others.
struct TestRun {
    let installation: Installation
    var build = TestBuild.ordinary
    /// A regular expression.
    var filter: String?
    /// Whether tests run in their long forms.
    var isSlow = false
    /// Whether clusters of all processes are started as well.
    var includesEndToEnd = true
    /// Added to the tests' own.
    var environment: [String: String] = [:]

    /// Those that run one after the other: they kill and pause servers of their own, and need the machine to themselves to
    /// tell a server that is gone from one that is slow. Limits of logins let nobody in when Redis is slow to answer.
    private static let serialIntegration =
        "IntegrationTests\\.("
        + "ReadRouting|ReadSnapshot|Failover|DurableWrite|SecondFactor|SecondFactorClock|WideLoginLimit|Rehash|LoginAudit"
        + ")Tests/"
    private static let endToEnd = "EndToEndTests[./]"

    func run() async throws -> TestReport {
        let swift = try Toolchain.swift()
        let servers = try await PipedCluster.start(
            installation,
            ["--gateways", "0", "--auth", "0", "--strategies", "0", "--no-migrate", "--no-demo"], for: "test")
        let folder = try TestFolder()
        let report: TestReport
        do {
            var environment = try TestServers(servers.cluster).environment()
            environment["TMPDIR"] = folder.path
            environment["DESK_EXECUTABLE"] = build.programsFolder.map { $0 + "/desk" } ?? installation.executable
            // All at once they would wait for one another's connections, and for longer than their own deadlines.
            environment["SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH"] = "8"
            if isSlow { environment["CRYPTODESK_SLOW_TESTS"] = "1" }
            environment.merge(self.environment) { $1 }
            report = try await run(
                TestPass(
                    swift: swift, repository: installation.repository, build: build, environment: environment,
                    filter: filter, limit: isSlow ? .seconds(4 * 3600) : .seconds(build.folder == nil ? 1500 : 6000)))
        } catch {
            await servers.stop()
            await finish(folder, isOfInterest: (error as? ExitCode) != TestPass.interrupted)
            throw error
        }
        await servers.stop()
        await finish(folder, isOfInterest: report.failed > 0)
        return report
    }

    private func run(_ pass: TestPass) async throws -> TestReport {
        let serial = includesEndToEnd ? "\(Self.endToEnd)|\(Self.serialIntegration)" : Self.serialIntegration
        Console.say("Unit and integration tests")
        let parallel = try await pass.run(options: ["--skip", "^(\(Self.endToEnd)|\(Self.serialIntegration))"])
        Console.say(
            includesEndToEnd
                ? "Tests that stop servers, and end-to-end tests, one after the other"
                : "Tests that stop servers, one after the other")
        return parallel + (try await pass.run(options: ["--skip", "^(?!\(serial))", "--no-parallel"]))
    }

    /// - Parameter isOfInterest: whether somebody will want to read the logs.
    private func finish(_ folder: TestFolder, isOfInterest: Bool) async {
        guard isOfInterest else { return await folder.remove() }
        Console.say("The logs of the tests' clusters are kept in \(folder.path): remove it when you have read them.")
    }
}
