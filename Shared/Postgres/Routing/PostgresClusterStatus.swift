/// What a process knows of its PostgreSQL servers.
package struct PostgresClusterStatus: Hashable, Sendable {
    package struct Primary: Hashable, Sendable {
        /// The server's `cluster_name`.
        package let name: String
        /// Writes can be made.
        package let isUsable: Bool

        package init(name: String, isUsable: Bool) {
            self.name = name
            self.isUsable = isUsable
        }
    }

    package struct Replica: Hashable, Sendable {
        /// The server's `cluster_name`.
        package let name: String
        /// Reads go there.
        package let isInRotation: Bool
        /// How far it may be behind the primary; `nil` when nothing is known of it.
        package let lag: Duration?

        package init(name: String, isInRotation: Bool, lag: Duration?) {
            self.name = name
            self.isInRotation = isInRotation
            self.lag = lag
        }
    }

    /// The highest that was seen; 0 before any.
    package let epoch: Int
    /// `nil` while none is known.
    package let primary: Primary?
    package let replicas: [Replica]

    package init(epoch: Int, primary: Primary?, replicas: [Replica]) {
        self.epoch = epoch
        self.primary = primary
        self.replicas = replicas
    }
}
