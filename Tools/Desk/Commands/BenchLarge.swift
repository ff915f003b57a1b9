import ArgumentParser
import FoundationEssentials
import LocalCluster

struct BenchLarge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "large",
        abstract: "List, get, search and create in a database of a million users, against one of 10,000.",
        discussion: """
            The statements of the service by pgbench, as its own role, on random users: first among 10,000 users with ten \
            strategies each, then in the same database with all users in it. 1,000,000 users take about 15 GB and half an \
            hour. Results go to Benchmarks/results.
            """)

    @Option(help: "Users in the end, with ten strategies each.")
    var users = 1_000_000

    @Option(help: "Rounds of each.")
    var rounds = 5

    @Option(help: "Seconds a round.")
    var seconds = 5

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        guard (LargeBenchmark.fewUsers * 2...10_000_000).contains(users) else {
            throw ValidationError("--users must be 20000 to 10000000.")
        }
        guard (1...99).contains(rounds), (1...600).contains(seconds) else {
            throw ValidationError("--rounds and --seconds must be at least 1, and not huge.")
        }
    }

    func run() async throws {
        let installation = try Installation.find()
        let operations = try await LargeBenchmark(
            installation: installation, users: users, rounds: rounds, seconds: seconds
        ) { if !json { Console.say("  \($0)") } }.run()
        let origin = await BenchmarkOrigin(installation)
        let report = LargeReport(
            date: origin.date, commit: origin.commit, machine: origin.machine,
            cores: ProcessInfo.processInfo.activeProcessorCount, fewUsers: LargeBenchmark.fewUsers, users: users,
            strategies: users * LargeBenchmark.strategies, rounds: rounds, seconds: seconds, operations: operations,
            ratio: operations.map(\.ratio).max() ?? 0)
        let text = try BenchmarkResults(installation).write(report, as: "large")
        Console.say(json ? text : "\n" + report.text)
    }
}
