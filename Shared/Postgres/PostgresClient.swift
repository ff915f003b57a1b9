package import Logging
import Reactor
import ServiceLifecycle
package import Tracing

/// A few pipelined connections to one PostgreSQL server, on a thread of their own.
///
/// A statement is one enqueue and one resume: what waits at the same moment goes out together. Reads that go out
/// together share a sync; a write has its own, and is executed at most once. Each statement runs on behalf of a
/// ``Caller``, which row-level security sees for that statement and no longer.
package final class PostgresClient: Service, Sendable {
    private let reactor: Reactor<PostgresDriver>
    let status: PostgresStatus
    /// `nil` where nothing is recorded.
    let tracing: StatementTracing?
    private let configuration: PostgresConfiguration

    /// Nothing is dialled before ``run()``; statements wait for it.
    ///
    /// - Parameter tracer: records the statements of traced requests.
    /// - Throws: ``PostgresError`` with code `configuration` when the process has no descriptor left.
    package init(
        configuration: PostgresConfiguration, tracer: (any Tracer)? = nil, logger: Logger
    ) throws(PostgresError) {
        let status = PostgresStatus()
        do {
            reactor = try Reactor(name: "postgres") { post in
                PostgresDriver(configuration: configuration, status: status, logger: logger, post: post)
            }
        } catch {
            throw PostgresError(.configuration, error.description)
        }
        self.status = status
        tracing = tracer.map { StatementTracing($0, configuration) }
        self.configuration = configuration
    }

    /// Connects, and serves until the task is cancelled or the service group shuts down.
    package func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await reactor.run()
        } onCancelOrGracefulShutdown: {
            self.reactor.stop()
        }
    }

    /// Whether at least one connection is signed in.
    package var isReady: Bool { status.readyConnections > 0 }

    /// Executes a statement that changes nothing; it may be sent again when its connection is lost.
    package func read(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        try await submit(makeQuery(statement, parameters, caller: caller, kind: .read))
    }

    /// Executes a statement in a transaction of its own, at most once; returns when that is committed.
    ///
    /// - Throws: ``PostgresError``; code `outcomeUnknown` when it was sent and its answer was lost, or when the server no
    ///   longer waited for its replica.
    package func write(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        try await submit(makeQuery(statement, parameters, caller: caller, kind: .write))
    }

    /// Runs a transaction on a connection of its own: committed when the closure returns, rolled back when it throws.
    ///
    /// - Throws: what the closure throws, or ``PostgresError``; code `outcomeUnknown` when COMMIT was sent and its
    ///   answer was lost.
    package func transaction<R: Sendable>(
        caller: Caller = .none, _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        try await transaction(lease(caller: caller, deadline: .now + configuration.deadline), body)
    }

    /// Takes a connection, on which a transaction has been begun; ``transaction(_:_:)`` must follow.
    func lease(caller: Caller, deadline: ContinuousClock.Instant) async throws(PostgresError) -> LeaseID {
        let pending = PendingLease(caller: caller, deadline: deadline)
        guard reactor.post(.lease(pending)) else { throw Self.stopped }
        return try await pending.answer.value()
    }

    /// Runs a transaction that has been begun, and ends it.
    func transaction<R: Sendable>(
        _ lease: LeaseID, _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        defer { reactor.post(.release(lease)) }
        let result: R
        do {
            result = try await body(PostgresTransaction(client: self, lease: lease))
        } catch {
            _ = try? await finish(lease, with: PostgresTransaction.rollback, isCommit: false)
            throw error
        }
        let answer = try await finish(lease, with: PostgresTransaction.commit, isCommit: true)
        // PostgreSQL answers COMMIT with ROLLBACK when a statement of the transaction had failed.
        guard answer.commandTag == "COMMIT" else {
            throw PostgresError(.server, "the transaction was rolled back", sqlState: "25P02")
        }
        return result
    }

    func makeQuery(
        _ statement: Statement, _ parameters: [PostgresValue], caller: Caller, kind: PendingQuery.Kind
    ) throws(PostgresError) -> PendingQuery {
        PendingQuery(
            statement: statement, parameters: try EncodedParameters(parameters), caller: caller, kind: kind,
            deadline: .now + configuration.deadline)
    }

    /// - Parameter mayBeCancelled: whether cancellation cuts the wait for the answer short.
    func submit(_ query: PendingQuery, mayBeCancelled: Bool = true) async throws(PostgresError) -> PostgresRows {
        guard let span = tracing?.begin(query.statement) else { return try await execute(query, mayBeCancelled) }
        do throws(PostgresError) {
            let rows = try await execute(query, mayBeCancelled)
            span.end(with: .success(rows))
            return rows
        } catch {
            span.end(with: .failure(error))
            throw error
        }
    }

    private func execute(_ query: PendingQuery, _ mayBeCancelled: Bool) async throws(PostgresError) -> PostgresRows {
        guard reactor.post(.query(query)) else { throw Self.stopped }
        return try await mayBeCancelled ? query.answer.value() : query.answer.valueIgnoringCancellation()
    }

    /// Sends a query whose answer is delivered by a closure.
    ///
    /// - Returns: false when the client has stopped, and nothing will ever be delivered.
    func post(_ query: PendingQuery) -> Bool { reactor.post(.query(query)) }

    /// Not cut short by cancellation: a transaction always ends one way or the other.
    private func finish(
        _ lease: LeaseID, with statement: Statement, isCommit: Bool
    ) async throws(PostgresError) -> PostgresRows {
        let query = try makeQuery(statement, [], caller: .none, kind: .leased(lease, isCommit: isCommit))
        return try await submit(query, mayBeCancelled: false)
    }

    /// Says whether the server has just answered on another connection.
    func noteServer(isAlive: Bool) { status.isServerAlive = isAlive }

    /// Closes every connection and dials anew: for a server that has become another.
    ///
    /// What waits or is under way fails: with code `unavailable` if it certainly was not executed, and as with any
    /// connection that is lost if not.
    func disconnect(_ reason: String) { reactor.post(.disconnect(reason: reason)) }

    private static let stopped = PostgresError(.unavailable, "the client has stopped")
}
