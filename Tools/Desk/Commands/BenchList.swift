import ArgumentParser
import FoundationEssentials
import LocalCluster
import Profiling

struct BenchList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "The authenticated list through the whole cluster, against FastAPI and the ceilings.",
        discussion: """
            Our full path (nginx, gateway with JWT, revocations and limits, strategies, PostgreSQL replica); a FastAPI \
            service on the same rows, reached directly; pgbench with the same statement; nginx before nginx. Rounds \
            alternate, and each figure is the rounds' median. Then the full path with the cache on against FastAPI, two \
            gateways and two services against one of each, and the gateway alone against nginx with Lua. Results and \
            a picture go to Benchmarks/results.
            """)

    @OptionGroup
    var options: BenchmarkOptions

    @Flag(inversion: .prefixedNo, help: "Measure the gateway alone as well.")
    var gateway = true

    @Flag(
        name: .customLong("guard"),
        help: "Instead, count instructions and allocations a request, and hold them against Benchmarks/guard.yaml.")
    var isGuard = false

    func run() async throws {
        let installation = try Installation.find()
        if isGuard { return try await guardCosts(installation) }
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

    /// Ends with status 1 when a limit is passed.
    private func guardCosts(_ installation: Installation) async throws {
        let report = try await CostGuard(installation: installation, progress: options.say).run()
        let text = try BenchmarkResults(installation).write(report, as: "guard")
        Console.say(options.json ? text : "\n" + CostTable(report).text)
        report.complaints.forEach(Console.complain)
        if !report.complaints.isEmpty { throw ExitCode(1) }
    }
}
