/// One process of a cluster, described as data: what to run, as whom, and how to tell that it works.
package struct ProcessSpecification: Hashable, Sendable {
    /// A system account that the process runs as when the supervisor is root.
    package enum Role: Hashable, Sendable {
        case supervisor, postgres, redis, nginx, etcd
    }

    package let name: String
    package let stage: StartStage
    package let executable: String
    package let arguments: [String]
    package let environment: [String: String]
    package let role: Role
    /// The port it serves on, if it has one.
    package let port: Int?
    /// Its private port for probes, if it has one.
    package let adminPort: Int?
    package let readiness: Readiness
    package let stopping: StopSequence
    /// Sent by the kernel when the supervisor is gone.
    package let parentDeathSignal: ProcessSignal
    /// Where the process and its children work, if they leave their working folder.
    package var dataFolder: String?
    /// A file whose presence forbids the start.
    package var obstacle: String?
    /// How long it may take until it is ready for the first time.
    package var startLimit: Duration = .seconds(30)
}

/// The order in which a cluster starts; it stops in the reverse one.
///
/// Those who watch over the data servers start after them, and stop before them: they would take the end of the cluster for
/// a fault.
package enum StartStage: Int, CaseIterable, Comparable, Sendable {
    case coordination, data, watch, services, gateways, edge

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
