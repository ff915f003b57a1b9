import ArgumentParser
import FoundationEssentials
import LocalCluster

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure side by side with peers, on this machine, in one run.",
        subcommands: [BenchList.self, BenchGateway.self, BenchAuth.self, BenchLarge.self],
        defaultSubcommand: BenchList.self)
}

struct BenchGateway: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "The gateway against nginx with Lua and one Redis command a request, before the same upstream.",
        discussion: """
            Ours checks the JWT, revocations and limits of each request; the peer counts in Redis and checks nothing \
            else. Both are one process with one thread. Rounds alternate, and each figure is the rounds' median.
            """)

    @OptionGroup
    var options: BenchmarkOptions

    func run() async throws {
        let installation = try Installation.find()
        let report = try await GatewayBenchmark(
            installation: installation, rounds: options.rounds, seconds: options.seconds,
            connections: options.connections
        ).run { options.say($0) }
        let text = try BenchmarkResults(installation).write(report, as: "gateway")
        Console.say(options.json ? text : report.table)
    }
}
