import ArgumentParser
import LocalCluster

struct BenchAuth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "Refreshes and logins through the whole cluster, against what the cores can sign and hash.",
        discussion: """
            First what all cores do in RS256 signatures and in bcrypt hashes, with nothing else to do; then refreshes, and \
            logins beside which somebody reads. Results go to Benchmarks/results/auth.json.
            """)

    @OptionGroup
    var options: BenchmarkOptions

    func run() async throws {
        let installation = try Installation.find()
        let report = try await AuthBenchmark(
            installation: installation, rounds: options.rounds, seconds: options.seconds,
            connections: options.connections
        ).run { options.say($0) }
        let text = try BenchmarkResults(installation).write(report, as: "auth")
        Console.say(options.json ? text : "\n" + report.text)
    }
}
