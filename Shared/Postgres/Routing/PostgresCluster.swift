package import Logging
package import ServiceLifecycle

/// Several PostgreSQL servers, one primary among them: writes go to the primary, reads to whoever is fresh enough.
package final class PostgresCluster: Service, Sendable {
    private let clients: [PostgresClient]
    private let routing: ReadRoutingOptions

    /// Nothing is dialled before ``run()``; statements wait for it.
    ///
    /// - Parameter configurations: one for each server, in any order; which one is the primary is found out.
    /// - Throws: ``PostgresError`` with code `configuration` when there is no server, or no descriptor left.
    package init(
        configurations: [PostgresConfiguration], routing: ReadRoutingOptions = ReadRoutingOptions(), logger: Logger
    ) throws(PostgresError) {
        guard !configurations.isEmpty else { throw PostgresError(.configuration, "no server is named") }
        var clients: [PostgresClient] = []
        for configuration in configurations {
            clients.append(try PostgresClient(configuration: configuration, logger: logger))
        }
        self.clients = clients
        self.routing = routing
    }

    /// Connects, and serves until the task is cancelled or the service group shuts down.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { try await client.run() } }
            try await group.waitForAll()
        }
    }

    private var primary: PostgresClient { clients[0] }

    /// Whether some server can answer reads.
    package var isReady: Bool { primary.isReady }

    /// Whether writes can be made.
    package var isPrimaryReady: Bool { primary.isReady }

    package var status: PostgresClusterStatus {
        PostgresClusterStatus(
            epoch: 0, primary: PostgresClusterStatus.Primary(name: "", isUsable: primary.isReady), replicas: [])
    }

    /// Executes a statement that changes nothing, on a server that meets the requirement.
    ///
    /// - Parameter statement: returns at least one row, and in every row the revision's epoch and number as the first
    ///   two columns, from the same snapshot as the others.
    /// - Throws: ``PostgresError``; code `behind` when no server that may be asked has caught up with the minimum,
    ///   `revisionLost` when the primary itself has not.
    package func read(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none,
        requirement: ReadRequirement = .none
    ) async throws(PostgresError) -> RevisedRows {
        let answer = try RevisedRows(await primary.read(statement, parameters, caller: caller))
        if let minimum = requirement.minimum, answer.revision < minimum {
            throw PostgresError(.revisionLost, "the primary is behind what the reader has seen")
        }
        return answer
    }

    /// Executes a statement that changes nothing on the primary.
    package func readPrimary(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        try await primary.read(statement, parameters, caller: caller)
    }

    /// Executes a statement on the primary in a transaction of its own, at most once.
    ///
    /// - Throws: ``PostgresError``; code `outcomeUnknown` when it was sent and its answer was lost.
    package func write(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        try await primary.write(statement, parameters, caller: caller)
    }

    /// Runs a transaction on the primary: committed when the closure returns, rolled back when it throws.
    ///
    /// - Throws: what the closure throws, or ``PostgresError``; code `outcomeUnknown` when COMMIT was sent and its
    ///   answer was lost.
    package func transaction<R: Sendable>(
        caller: Caller = .none, _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        try await primary.transaction(caller: caller, body)
    }
}
