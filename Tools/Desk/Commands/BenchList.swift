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

    @OptionGroup
    var options: BenchmarkOptions

    @Flag(inversion: .prefixedNo, help: "Measure the gateway alone as well.")
    var gateway = true

    func run() async throws {
        let installation = try Installation.find()
        let outcome = try await ListBenchmark(
            installation: installation, rounds: options.rounds, seconds: options.seconds,
            connections: options.connections,
            progress: options.say
        ).run()
        var ratioToNginxLua: Double?
        if gateway {
            options.say("the gateway alone, and nginx with Lua and Redis")
            let report = try await GatewayBenchmark(
                installation: installation, rounds: options.rounds, seconds: options.seconds,
                connections: options.connections
            ).run(progress: options.say)
            _ = try BenchmarkResults(installation).write(report, as: "gateway")
            ratioToNginxLua = report.ratioToNginxLua
        }
        let origin = await BenchmarkOrigin(installation)
        let report = ListReport(
            date: origin.date, commit: origin.commit, machine: origin.machine,
            cores: ProcessInfo.processInfo.activeProcessorCount, users: ListBenchmark.users,
            connections: options.connections,
            rounds: options.rounds, seconds: options.seconds, paths: outcome.paths, targets: outcome.targets.all,
            ratioToFastAPI: outcome.ratioToFastAPI, ratioToNginxLua: ratioToNginxLua)
        let results = BenchmarkResults(installation)
        let text = try results.write(report, as: "list")
        try results.write(report.chart.svg, to: "list.svg")
        Console.say(options.json ? text : "\n" + report.text)
    }
}
