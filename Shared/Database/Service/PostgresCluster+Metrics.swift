package import Postgres
package import PrometheusMetrics

extension PostgresCluster {
    package static let metrics = [
        primaryMetric, lagMetric, rotationMetric, connectionsMetric, waitingMetric, inFlightMetric,
    ]

    private static let primaryMetric = Metric(
        "cryptodesk_postgres_primary_up", .gauge, "1 while writes can be made.")
    private static let lagMetric = Metric(
        "cryptodesk_postgres_replica_lag_seconds", .gauge,
        "How far a replica may be behind the primary; missing while nothing is known of it.", labels: ["replica"])
    private static let rotationMetric = Metric(
        "cryptodesk_postgres_replica_in_rotation", .gauge, "1 while reads go to the replica.", labels: ["replica"])
    private static let connectionsMetric = Metric(
        "cryptodesk_postgres_connections", .gauge,
        "Connections that are signed in, by the server's place in the settings.", labels: ["server"])
    private static let waitingMetric = Metric(
        "cryptodesk_postgres_statements_waiting", .gauge, "Statements and transactions that wait for a connection.",
        labels: ["server"])
    private static let inFlightMetric = Metric(
        "cryptodesk_postgres_statements_in_flight", .gauge,
        "Statements without an answer, those that wait included.", labels: ["server"])

    package func families() -> [MetricFamily] {
        let (status, pools) = (status, pools.enumerated().map { (labels: ["\($0)"], pool: $1) })
        return [
            Self.primaryMetric(count: status.primary?.isUsable == true ? 1 : 0),
            Self.lagMetric(
                status.replicas.compactMap { replica in
                    replica.lag.map { MetricSample([replica.name], number: $0 / .seconds(1)) }
                }),
            Self.rotationMetric(status.replicas.map { MetricSample([$0.name], count: $0.isInRotation ? 1 : 0) }),
            Self.connectionsMetric(pools.map { MetricSample($0.labels, count: $0.pool.readyConnections) }),
            Self.waitingMetric(pools.map { MetricSample($0.labels, count: $0.pool.waiting) }),
            Self.inFlightMetric(pools.map { MetricSample($0.labels, count: $0.pool.inFlight) }),
        ]
    }
}
