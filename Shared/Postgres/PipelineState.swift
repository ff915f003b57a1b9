import DequeModule

/// What a connection in pipeline mode has sent and not yet had answered, in order.
///
/// Pure: it sends nothing and resumes nothing. It is told of each result and says what that result means. `Query`
/// stands for whatever waits for an answer.
package struct PipelineState<Query> {
    /// One message that was sent, in the order in which its answer comes.
    package enum Expectation {
        /// PREPARE of a statement, in a sync of its own.
        case prepare(Statement)
        /// `set_config` before a query: its failure is the query's.
        case setting(Query)
        /// `set_config` that clears the caller, or BEGIN: nobody waits for its rows.
        case housekeeping
        case query(Query)
        case sync
    }

    /// What libpq handed over.
    package enum Received: Equatable, Sendable {
        /// Rows or a command's completion.
        case success
        /// The server refused.
        case error
        /// Skipped, because an earlier message of the same sync failed.
        case aborted
        case sync
        /// libpq's null that ends each message's results.
        case endOfMessage
    }

    package enum Action {
        case none
        /// The result is the query's answer.
        case succeed(Query)
        /// The error is the query's answer.
        case fail(Query)
        /// The query was skipped: it has not been executed and may be sent again.
        case skipped(Query)
        case prepared(Statement)
        case notPrepared(Statement)
        /// All that was sent before this sync has been answered.
        case synced
        /// libpq and this state disagree; the connection is of no use any more.
        case violation
    }

    private var expectations: Deque<Expectation> = []
    /// A result has come for the first expectation, and its null has not.
    private var isAnswered = false
    /// Syncs that were sent and not yet answered.
    package private(set) var syncsInFlight = 0

    package init() {}

    package var isEmpty: Bool { expectations.isEmpty }

    package mutating func sent(_ expectation: Expectation) {
        expectations.append(expectation)
        if case .sync = expectation { syncsInFlight += 1 }
    }

    package mutating func received(_ received: Received) -> Action {
        guard let first = expectations.first else { return .violation }
        switch (first, received) {
        case (.sync, .sync):
            expectations.removeFirst()
            syncsInFlight -= 1
            return .synced
        case (.sync, _), (_, .sync):
            return .violation
        case (_, .endOfMessage):
            guard isAnswered else { return .violation }
            isAnswered = false
            expectations.removeFirst()
            return .none
        case (_, _) where isAnswered:
            return .violation
        case (let expectation, let result):
            isAnswered = true
            return Self.meaning(of: result, for: expectation)
        }
    }

    private static func meaning(of result: Received, for expectation: Expectation) -> Action {
        switch (expectation, result) {
        case (.prepare(let statement), .success): .prepared(statement)
        case (.prepare(let statement), _): .notPrepared(statement)
        case (.query(let query), .success): .succeed(query)
        case (.query(let query), .error), (.setting(let query), .error): .fail(query)
        case (.query(let query), .aborted): .skipped(query)
        case (.setting, _), (.housekeeping, _), (.sync, _), (.query, .sync), (.query, .endOfMessage): .none
        }
    }

    /// Empties the state after the connection was lost.
    ///
    /// - Returns: the queries that had no answer yet, in order.
    package mutating func abandon() -> [Query] {
        let waiting = unanswered
        self = PipelineState()
        return waiting
    }

    /// The queries that have no answer yet, in order.
    package var unanswered: [Query] {
        expectations.dropFirst(isAnswered ? 1 : 0).compactMap { expectation in
            if case .query(let query) = expectation { query } else { nil }
        }
    }
}
