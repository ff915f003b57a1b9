import ArgumentParser
import Capacity
import FoundationEssentials
import LocalCluster

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what serves so many users and requests a second, by what a request was measured to cost.",
        discussion: """
            The costs are those of the last run of `desk bench` (Benchmarks/results/list.json). SCALABILITY.md explains the \
            model, and what it takes for granted.
            """)

    @Option(help: "Accounts.")
    var users = 1_000_000

    @Option(help: ArgumentHelp("Requests a second at the busiest time.", valueName: "rate"))
    var rps = 50_000.0

    @Option(help: "Writes, of all requests, from 0 to 1.")
    var writes = CapacityAssumptions().writeShare

    @Flag(help: "Hold the model against what was measured instead, and show the error.")
    var check = false

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        guard users > 0, rps > 0, rps.isFinite else { throw ValidationError("--users and --rps must be above 0.") }
        guard (0...1).contains(writes) else { throw ValidationError("--writes must be from 0 to 1.") }
    }

    func run() throws {
        let measured = try measurements()
        if check { return try show(CapacityCheck.all(measured)) }
        // The path with several instances, as a larger cluster has them, costs more.
        guard let costs = measured.max(by: { $0.total < $1.total }) else {
            throw ClusterError("Benchmarks/results/list.json has no path of ours: run ./desk bench.")
        }
        var assumptions = CapacityAssumptions()
        assumptions.writeShare = writes
        let plan = CapacityPlan(users: users, requestsPerSecond: rps, costs: costs, assumptions: assumptions)
        if json {
            try Console.say(json: plan)
        } else {
            Console.say(PlanText(plan, costs).text)
        }
    }

    private func measurements() throws -> [MeasuredCosts] {
        let path = try Installation.find().repository + "/Benchmarks/results/list.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClusterError("There is no \(path): run ./desk bench.")
        }
        do {
            return try MeasuredCosts.read(data)
        } catch {
            throw ClusterError("\(path) is of another form: run ./desk bench.")
        }
    }

    private func show(_ checks: [CapacityCheck]) throws {
        if json { return try Console.say(json: checks) }
        let rows = checks.map { check in
            [
                check.path, check.costsOf, "\(Int(check.predicted))", "\(Int(check.measured))",
                "\((check.error * 1000).rounded() / 10) %",
            ]
        }
        Console.say(
            TextTable(
                ["path", "by the costs of", "predicted/s", "measured/s", "error"], rows, rightAligned: [2, 3, 4]
            ).text)
    }
}
