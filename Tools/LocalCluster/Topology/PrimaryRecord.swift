/// Which PostgreSQL server is the primary, as the data folder remembers it over every end of the supervisor.
package struct PrimaryRecord: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        /// The primary is the primary.
        case steady  // → promoting
        /// A promotion to the primary named here has begun and is not over.
        case promoting  // → steady
    }

    /// Raised by every promotion; the first primary's is 1.
    package var epoch: Int
    package var primary: String
    package var state: State
    /// During a promotion: the primary before it.
    package var previous: String?

    package init(epoch: Int, primary: PostgresServer, state: State = .steady, previous: PostgresServer? = nil) {
        self.epoch = epoch
        self.primary = primary.name
        self.state = state
        self.previous = previous?.name
    }

    /// A new cluster's.
    package static let first = PrimaryRecord(epoch: 1, primary: PostgresServer(1))

    package var primaryServer: PostgresServer { PostgresServer(name: primary) ?? PostgresServer(1) }
    package var previousServer: PostgresServer? { previous.flatMap(PostgresServer.init(name:)) }
    /// The servers that the cluster cannot do without.
    package var needed: Set<PostgresServer> { Set([primaryServer] + (previousServer.map { [$0] } ?? [])) }
}
