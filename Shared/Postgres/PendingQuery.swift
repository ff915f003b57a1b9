/// The right to one connection alone, until it is released or the connection is lost.
struct LeaseID: Hashable, Sendable {
    let slot: Int
    let number: Int
}

/// A transaction that waits for a connection of its own.
struct PendingLease: Sendable {
    let caller: Caller
    let deadline: ContinuousClock.Instant
    let answer = Answer<LeaseID>()
}

/// A statement on its way.
final class PendingQuery: Sendable {
    enum Kind: Sendable {
        /// May share a sync with other reads, and be sent again.
        case read
        /// A sync of its own, sent once.
        case write
        /// Inside a lease. `isCommit` when losing the answer leaves open what was done.
        case leased(LeaseID, isCommit: Bool)
    }

    let statement: Statement
    let parameters: EncodedParameters
    let caller: Caller
    let kind: Kind
    let deadline: ContinuousClock.Instant
    let answer = Answer<PostgresRows>()

    init(
        statement: Statement, parameters: EncodedParameters, caller: Caller, kind: Kind,
        deadline: ContinuousClock.Instant
    ) {
        self.statement = statement
        self.parameters = parameters
        self.caller = caller
        self.kind = kind
        self.deadline = deadline
    }

    var isRead: Bool { if case .read = kind { true } else { false } }

    /// For a query that was never sent.
    func fail(_ code: PostgresError.Code, _ message: String) {
        answer.give(.failure(PostgresError(code, message)))
    }

    /// For a query that was sent and whose answer is lost.
    func failAfterSending(_ code: PostgresError.Code, _ message: String) {
        switch kind {
        case .read, .leased(_, isCommit: false): fail(code, message)
        case .write, .leased(_, isCommit: true): fail(.outcomeUnknown, message)
        }
    }
}
