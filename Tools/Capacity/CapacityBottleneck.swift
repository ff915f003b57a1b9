/// What one part can do at most, how much of that a plan uses, and what takes over beyond.
package struct CapacityBottleneck: Codable, Hashable, Sendable {
    package let what: String
    /// 1 is all that there is.
    package let used: Double
    package let takesOver: String

    private enum CodingKeys: String, CodingKey {
        case what, used
        case takesOver = "takes_over"
    }

    /// The fullest first.
    static func all(
        primaryCores: Double, replicas: Int, redisCores: Double, connections: Int, gigabytes: Double, gateways: Int,
        assumptions: CapacityAssumptions
    ) -> [CapacityBottleneck] {
        func bottleneck(_ what: String, _ used: Double, _ takesOver: String) -> CapacityBottleneck {
            CapacityBottleneck(what: what, used: (used * 1000).rounded() / 1000, takesOver: takesOver)
        }
        return [
            bottleneck(
                "writes of one primary", primaryCores / Double(assumptions.coresPerDatabase),
                "Citus, tables distributed by user_id"),
            bottleneck("replicas of one primary", Double(replicas) / 10, "cascading replicas, then Citus"),
            bottleneck("one Redis, which has one core", redisCores, "Redis Cluster: keys carry hash tags"),
            bottleneck("connections of one PostgreSQL server", Double(connections) / 1000, "PgBouncer"),
            bottleneck("data of one PostgreSQL server, 4 TB", gigabytes / 4000, "Citus, tables distributed by user_id"),
            // A lease of two tokens each out of a tenth of a burst of 2,000.
            bottleneck(
                "gateways that share one limit in leases", Double(gateways) / 100, "a larger burst, or limits by cell"),
        ].sorted { $0.used > $1.used }
    }
}
