package import LocalCluster

/// One fault of a drill: what is done to which process.
package struct DrillFault: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// SIGKILL: the supervisor starts it again.
        case kill
        /// SIGSTOP for ``pauseTime``: it holds its connections and answers nothing.
        case pause
        /// All of its connections are cut, and it runs on: PostgreSQL and Redis alone can do that to themselves.
        case cut
    }

    /// What a process is to the cluster, which decides what its loss may cost.
    package enum Part: String, Codable, Sendable {
        case service, replica, primary, redis, cache, edge
    }

    package static let pauseTime: Duration = .seconds(3)

    package let process: String
    package let part: Part
    package let kind: Kind

    package init(process: String, part: Part, kind: Kind) {
        self.process = process
        self.part = part
        self.kind = kind
    }

    /// All faults of a cluster, process by process in the order of its status.
    ///
    /// - Parameters:
    ///   - names: only these processes; all without any.
    ///   - kinds: only these kinds.
    package static func all(of processes: [ProcessStatus], names: [String], kinds: [Kind]) -> [DrillFault] {
        processes.filter { names.isEmpty || names.contains($0.name) }.flatMap { process in
            kinds.filter { $0 != .cut || process.canBeCut }.map {
                DrillFault(process: process.name, part: process.part, kind: $0)
            }
        }
    }
}

extension ProcessStatus {
    fileprivate var canBeCut: Bool { ![.service, .edge].contains(part) }

    fileprivate var part: DrillFault.Part {
        switch (name, replication?.role) {
        case (_, .primary): .primary
        case (_, .standby), (_, .fenced): .replica
        case ("redis", _): .redis
        case ("redis-cache", _): .cache
        case ("nginx", _): .edge
        default: .service
        }
    }
}
