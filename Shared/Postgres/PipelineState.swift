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
        /// A query whose result is its answer.
        case query(Query)
        /// A query that takes effect at its sync, where PostgreSQL commits after it has sent the result: the result is
        /// its answer only once the sync has been answered as well. The only one of its sync.
        case write(Query)
        case sync
    }

    /// What libpq handed over.
    package enum Received: Equatable, Sendable {
        /// Rows or a command's completion.
        case success
        /// The server refused.
        case error
        /// The server refused, and ends the connection with it.
        case fatal
        /// libpq's own error: the connection ended in the middle of an answer.
        case cut
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
        /// The result will be the write's answer, if its sync says nothing else.
        case hold
        /// The held result is the write's answer: it is committed.
        case confirmed(Query)
        /// The write is committed on this server, and whether on its replica is not known.
        case doubtful(Query)
        /// The error is the query's answer.
        case fail(Query)
        /// The query was skipped: it has not been executed and may be sent again.
        case skipped(Query)
        case prepared(Statement)
        case notPrepared(Statement)
        /// All that was sent before this sync has been answered.
        case synced
        /// The connection is at its end: see ``abandon()``.
        case lost
        /// libpq and this state disagree; the connection is of no use any more.
        case violation
    }

    /// A query whose connection ended before its answer.
    package struct Unanswered {
        package let query: Query
        /// Whether it may have taken effect, all the same.
        package let mayBeDone: Bool
    }

    private var expectations: Deque<Expectation> = []
    /// A result has come for the first expectation, and its null has not.
    private var isAnswered = false
    /// The write whose result is held until its sync.
    private var held: Query?
    /// The commit at the next sync was not waited for on a replica.
    private var isDoubtful = false
    /// The server has said that it ends the connection, and so what it did not do.
    private var isEndedByServer = false
    /// Syncs that were sent and not yet answered.
    package private(set) var syncsInFlight = 0
    /// Writes that were sent and have no result yet.
    package private(set) var writesInFlight = 0

    package init() {}

    package var isEmpty: Bool { expectations.isEmpty }

    package mutating func sent(_ expectation: Expectation) {
        expectations.append(expectation)
        if case .sync = expectation { syncsInFlight += 1 }
        if case .write = expectation { writesInFlight += 1 }
    }

    package mutating func received(_ received: Received) -> Action {
        guard let first = expectations.first else { return .violation }
        switch (first, received) {
        case (_, .fatal):
            isEndedByServer = true
            return .lost
        case (_, .cut):
            return .lost
        case (.sync, .sync):
            expectations.removeFirst()
            syncsInFlight -= 1
            isAnswered = false
            return committed()
        case (.sync, .error) where !isAnswered:
            // A constraint that is checked at the end of the transaction, for one.
            isAnswered = true
            defer { held = nil }
            return held.map { .fail($0) } ?? .none
        case (.sync, .endOfMessage) where isAnswered:
            return .none
        case (.sync, _), (_, .sync):
            return .violation
        case (_, .endOfMessage):
            guard isAnswered else { return .violation }
            isAnswered = false
            if case .write = first { writesInFlight -= 1 }
            expectations.removeFirst()
            return .none
        case (_, _) where isAnswered:
            return .violation
        case (let expectation, let result):
            isAnswered = true
            if case (.write(let query), .success) = (expectation, result) { held = query }
            return Self.meaning(of: result, for: expectation)
        }
    }

    /// The server has said that it gave up waiting for its replica, at the commit whose answer comes next.
    package mutating func replicationWaitCancelled() { isDoubtful = true }

    private mutating func committed() -> Action {
        defer {
            held = nil
            isDoubtful = false
        }
        guard let held else { return .synced }
        return isDoubtful ? .doubtful(held) : .confirmed(held)
    }

    private static func meaning(of result: Received, for expectation: Expectation) -> Action {
        switch (expectation, result) {
        case (.prepare(let statement), .success): .prepared(statement)
        case (.prepare(let statement), _): .notPrepared(statement)
        case (.query(let query), .success): .succeed(query)
        case (.write, .success): .hold
        case (.query(let query), .error), (.write(let query), .error), (.setting(let query), .error): .fail(query)
        case (.query(let query), .aborted), (.write(let query), .aborted): .skipped(query)
        default: .none
        }
    }

    /// Empties the state after the connection was lost.
    ///
    /// A server that ends a connection says so in place of the first answer that is not complete: it has done none of
    /// what would have been answered from there on, except for a write whose commit may just have happened. One that
    /// says nothing may have done everything.
    ///
    /// - Returns: the queries that had no answer yet, in order.
    package mutating func abandon() -> [Unanswered] {
        let isFirstHeld = held != nil
        let waiting = unanswered.enumerated().map { index, query in
            Unanswered(query: query, mayBeDone: !isEndedByServer || index == 0 && isFirstHeld)
        }
        self = PipelineState()
        return waiting
    }

    /// The queries that have no answer yet, in order.
    package var unanswered: [Query] {
        let waiting = expectations.dropFirst(isAnswered ? 1 : 0).compactMap { expectation -> Query? in
            switch expectation {
            case .query(let query), .write(let query): query
            case .prepare, .setting, .housekeeping, .sync: nil
            }
        }
        return (held.map { [$0] } ?? []) + waiting
    }
}
