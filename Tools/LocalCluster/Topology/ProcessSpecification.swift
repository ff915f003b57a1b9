/// One process of a cluster, described as data: what to run, as whom, and how to tell that it works.
package struct ProcessSpecification: Hashable, Sendable {
    /// A system account that the process runs as when the supervisor is root.
    package enum Role: Hashable, Sendable {
        case supervisor, postgres, redis, nginx
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
}

/// The order in which a cluster starts; it stops in the reverse one.
package enum StartStage: Int, CaseIterable, Comparable, Sendable {
    case data, services, gateways, edge

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
