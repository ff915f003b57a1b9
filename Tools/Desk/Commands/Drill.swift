import ArgumentParser
import Drill
import LocalCluster

struct Drill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kill, pause and cut off each process under a load, and show what that did; status 1 when too much.",
        discussion: """
            The cluster is one of the drill's own, unless --here is given. Every write that was acknowledged must be there \
            afterwards, once; docs/operations.md says what the loss of each part may cost besides. What is about times \
            counts on a quiet machine only: --no-times leaves it out of the exit status.
            """)

    @Flag(help: "On the running cluster, with an account of the drill's own.")
    var here = false

    @OptionGroup var data: DataOption

    @Option(
        name: .customLong("only"),
        help: ArgumentHelp("Only this process; may be repeated. (default: all)", valueName: "name"))
    var names: [String] = []

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp("Only this fault: kill, pause or cut; may be repeated. (default: all)", valueName: "fault"))
    var kinds: [DrillFault.Kind] = []

    @Flag(inversion: .prefixedNo, help: "Let times decide as well.")
    var times = true

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let results = try await here ? results(on: try await data.runningCluster()) : ownResults()
        if json {
            try Console.say(json: results)
        } else {
            Console.say(DrillTable(results).text)
        }
        let misses = results.flatMap(\.misses).filter { times || !$0.isAboutTime }
        if !misses.isEmpty { throw ExitCode(1) }
    }

    private func ownResults() async throws -> [DrillResult] {
        let installation = try Installation.find()
        let own = try await PipedCluster.start(installation, [], for: "drill")
        do {
            let results = try await results(on: own.cluster)
            await own.stop()
            return results
        } catch {
            await own.stop()
            throw error
        }
    }

    private func results(on cluster: RunningCluster) async throws -> [DrillResult] {
        let faults = DrillFault.all(
            of: cluster.reply.processes, names: names, kinds: kinds.isEmpty ? DrillFault.Kind.allCases : kinds)
        if let unknown = names.first(where: { name in !cluster.reply.processes.contains { $0.name == name } }) {
            throw ClusterError("There is no process \(unknown) in this cluster.")
        }
        let isQuiet = json
        do {
            return try await FaultDrill(cluster) { fault in
                if !isQuiet { Console.say("  \(fault.process): \(fault.kind.rawValue)") }
            }.run(faults)
        } catch let error as DrillError {
            throw ClusterError(error.description)
        }
    }
}

extension DrillFault.Kind: ExpressibleByArgument {}
