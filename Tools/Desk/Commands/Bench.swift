import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure side by side with peers, on this machine, in one run.",
        subcommands: [BenchList.self, BenchGateway.self], defaultSubcommand: BenchList.self)
}

struct BenchGateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "The gateway against nginx with Lua and one Redis command a request, before the same upstream.",
        discussion: """
            Ours checks the JWT, revocations and limits of each request; the peer counts in Redis and checks nothing \
            else. Both are one process with one thread. Rounds alternate, and each figure is the rounds' median.
            """)

    @Option(help: "Rounds of each.")
    var rounds = 5

    @Option(help: "Seconds a round.")
    var seconds = 6

    @Option(help: "Connections of the load generator.")
    var connections = 64

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        guard (1...99).contains(rounds), (1...600).contains(seconds), (1...10_000).contains(connections) else {
            throw ValidationError("--rounds, --seconds and --connections must be at least 1, and not huge.")
        }
    }

    func run() async throws {
        let installation = try Installation.find()
        let isQuiet = json
        let report = try await GatewayBenchmark(
            installation: installation, rounds: rounds, seconds: seconds, connections: connections
        ).run { if !isQuiet { Console.say("  \($0)") } }
        let text = try BenchmarkResults(installation).write(report, as: "gateway")
        Console.say(isQuiet ? text : report.table)
    }
}
