/// The connections of this process to one PostgreSQL server at a moment.
package struct PostgresPoolStatus: Hashable, Sendable {
    /// Connections that are signed in.
    package let readyConnections: Int
    /// Statements and transactions that wait for a connection.
    package let waiting: Int
    /// Statements that the server has not answered, those that wait included.
    package let inFlight: Int
}

extension PostgresCluster {
    /// Server by server, in the order of the settings.
    package var pools: [PostgresPoolStatus] {
        servers.map {
            PostgresPoolStatus(
                readyConnections: $0.client.status.readyConnections, waiting: $0.client.status.waiting,
                inFlight: $0.inFlight)
        }
    }
}
