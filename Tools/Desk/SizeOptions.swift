import ArgumentParser
import FoundationEssentials
import LocalCluster

/// How large a cluster is, and where it listens.
struct SizeOptions: ParsableArguments {
    @Option(help: "Instances of the gateway; with 0 there is no nginx either.")
    var gateways = 2

    @Option(help: "Instances of the auth service.")
    var auth = 2

    @Option(help: "Instances of the strategies service.")
    var strategies = 2

    @Option(help: "PostgreSQL servers that follow the primary.")
    var replicas = 1

    @Flag(help: "Confirm a write only once a replica has it as well; needs at least 2 replicas.")
    var durable = false

    @Flag(
        name: .customLong("ha"),
        help: "PostgreSQL under Patroni with etcd, and Redis under Sentinel: three of each, which replace a lost one.")
    var isHighlyAvailable = false

    @Flag(help: "Run the application to migrate from (Examples/Monolith) beside the services.")
    var withMonolith = false

    @Option(help: "The port of nginx; all others follow from it, up to 549 above. 0 takes a free range.")
    var port = 8080

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting for every service, over the defaults; may be repeated.", valueName: "NAME=VALUE"))
    var settings: [String] = []

    func options() throws -> ClusterOptions {
        for (name, count) in [("gateways", gateways), ("auth", auth), ("strategies", strategies)]
        where !(0...ClusterPorts.instancesPerService).contains(count) {
            throw ValidationError("--\(name) must be from 0 to \(ClusterPorts.instancesPerService).")
        }
        guard (0..<PostgresServer.most).contains(replicas) else {
            throw ValidationError("--replicas must be from 0 to \(PostgresServer.most - 1).")
        }
        let replicas = isHighlyAvailable ? max(replicas, 2) : replicas
        guard !durable || replicas >= 2 else {
            throw ValidationError("--durable needs at least 2 replicas, so that one may be away: add --replicas 2.")
        }
        guard (0...ClusterPorts.highestBase).contains(port) else {
            throw ValidationError("--port must be from 0 to \(ClusterPorts.highestBase).")
        }
        return ClusterOptions(
            gateways: gateways, auth: auth, strategies: strategies, replicas: replicas, isDurable: durable,
            isHighlyAvailable: isHighlyAvailable, hasMonolith: withMonolith, port: port,
            settings: try parsedSettings())
    }

    /// All instances share this machine: together they need no more event loops than it has cores.
    private var eventLoops: Int {
        max(1, ProcessInfo.processInfo.activeProcessorCount / max(1, gateways, strategies))
    }

    private func parsedSettings() throws -> [String: String] {
        var parsed = ["EVENT_LOOPS": "\(eventLoops)"]
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--set takes NAME=VALUE, not “\(setting)”.")
            }
            parsed[String(parts[0])] = String(parts[1])
        }
        return parsed
    }
}
