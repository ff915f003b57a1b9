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
        /// A sync of its own; sent again only when it is certain that it was not executed.
        case write
        /// Inside a lease. `isCommit` when losing the answer leaves open what was done.
        case leased(LeaseID, isCommit: Bool)
    }

    let statement: Statement
    let parameters: EncodedParameters
    let caller: Caller
    let kind: Kind
    let deadline: ContinuousClock.Instant
    let answer: Answer<PostgresRows>

    init(
        statement: Statement, parameters: EncodedParameters, caller: Caller, kind: Kind,
        deadline: ContinuousClock.Instant, answer: Answer<PostgresRows> = Answer()
    ) {
        self.statement = statement
        self.parameters = parameters
        self.caller = caller
        self.kind = kind
        self.deadline = deadline
        self.answer = answer
    }

    var isRead: Bool { if case .read = kind { true } else { false } }

    var isLeased: Bool { if case .leased = kind { true } else { false } }

    /// Whether it takes effect at its sync.
    var commits: Bool {
        switch kind {
        case .read, .leased(_, isCommit: false): false
        case .write, .leased(_, isCommit: true): true
        }
    }

    /// For a query that was not executed.
    func fail(_ code: PostgresError.Code, _ message: String) {
        answer.give(.failure(PostgresError(code, message)))
    }

    /// For a query that was sent and whose answer is lost.
    func failAfterSending(_ code: PostgresError.Code, _ message: String) {
        fail(commits ? .outcomeUnknown : code, message)
    }
}
