import ArgumentParser
import FoundationEssentials
import LocalCluster

struct BenchList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The authenticated list through the whole cluster, against FastAPI and the ceilings.",
        discussion: """
            Our full path (nginx, gateway with JWT, revocations and limits, strategies, PostgreSQL replica); a FastAPI \
            service on the same rows, reached directly; pgbench with the same statement; nginx before nginx. Rounds \
            alternate, and each figure is the rounds' median. Then two gateways and two services against one of each, \
            and the gateway alone against nginx with Lua. Results and a picture go to Benchmarks/results.
            """)

    @Option(help: "Rounds of each.")
    var rounds = 5

    @Option(help: "Seconds a round.")
    var seconds = 6

    @Option(help: "Connections of the load generator.")
    var connections = 64

    @Flag(inversion: .prefixedNo, help: "Measure the gateway alone as well.")
    var gateway = true

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
        let progress: (String) -> Void = { if !isQuiet { Console.say("  \($0)") } }
        let outcome = try await ListBenchmark(
            installation: installation, rounds: rounds, seconds: seconds, connections: connections,
            progress: progress
        ).run()
        var ratioToNginxLua: Double?
        if gateway {
            progress("the gateway alone, and nginx with Lua and Redis")
            let report = try await GatewayBenchmark(
                installation: installation, rounds: rounds, seconds: seconds, connections: connections
            ).run(progress: progress)
            _ = try BenchmarkResults(installation).write(report, as: "gateway")
            ratioToNginxLua = report.ratioToNginxLua
        }
        let origin = await BenchmarkOrigin(installation)
        let report = ListReport(
            date: origin.date, commit: origin.commit, machine: origin.machine,
            cores: ProcessInfo.processInfo.activeProcessorCount, users: ListBenchmark.users, connections: connections,
            rounds: rounds, seconds: seconds, paths: outcome.paths, targets: outcome.targets.all,
            ratioToFastAPI: outcome.ratioToFastAPI, ratioToNginxLua: ratioToNginxLua)
        let results = BenchmarkResults(installation)
        let text = try results.write(report, as: "list")
        try results.write(report.chart.svg, to: "list.svg")
        Console.say(isQuiet ? text : "\n" + report.text)
    }
}
