import ArgumentParser
import Drill
import LocalCluster

struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Random faults under a mixed load for a long time: status 1 when something is lost, or grows.",
        discussion: """
            The faults are those of `desk drill`, with what may fail then. Memory, descriptors and sockets of each process are \
            looked at every five seconds; the first of each service is never killed, so that a leak adds up. A run of some \
            minutes tells about data alone: growth needs an hour.
            """)

    @Option(name: .customLong("minutes"), help: "How long; the fault that has begun by then is the last.")
    var minutes = 60.0

    @Option(help: "Decides on the faults and their order. (default: by chance)")
    var seed: UInt64?

    @Flag(help: "On the running cluster, with accounts of the soak's own.")
    var here = false

    @Flag(name: .customLong("ha"), help: "On a cluster of its own as `desk up --ha` starts it.")
    var isHighlyAvailable = false

    @OptionGroup var data: DataOption

    @Flag(inversion: .prefixedNo, help: "Let times decide as well.")
    var times = true

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        guard minutes > 0 else { throw ValidationError("--minutes must be above 0.") }
        guard !here || !isHighlyAvailable else {
            throw ValidationError("--here takes the cluster as it is: leave --ha out.")
        }
    }

    func run() async throws {
        let report = try await here ? soak(try await data.runningCluster(), in: try data.folder()) : ownSoak()
        let misses = report.misses(times: times)
        if json {
            try Console.say(json: report)
        } else {
            Console.say(SoakTable(report).text)
            for miss in misses { Console.say(miss) }
        }
        if !misses.isEmpty { throw ExitCode(1) }
    }

    private func ownSoak() async throws -> SoakReport {
        let own = try await PipedCluster.start(
            try Installation.find(), isHighlyAvailable ? ["--ha"] : [], for: "soak")
        do {
            let report = try await soak(own.cluster, in: own.folder)
            await own.stop()
            return report
        } catch {
            await own.stop()
            throw error
        }
    }

    private func soak(_ cluster: RunningCluster, in folder: DataFolder) async throws -> SoakReport {
        let isQuiet = json
        let soak = FaultSoak(cluster, in: folder, seed: seed ?? .random(in: .min ... .max)) { result in
            guard !isQuiet else { return }
            let outcome = result.misses.isEmpty ? "ok" : result.misses.map(\.sentence).joined(separator: "; ")
            Console.say("  \(result.process), \(result.fault.rawValue): \(outcome)")
        }
        do {
            return try await soak.run(for: .seconds(minutes * 60))
        } catch let error as DrillError {
            throw ClusterError(error.description)
        }
    }
}
