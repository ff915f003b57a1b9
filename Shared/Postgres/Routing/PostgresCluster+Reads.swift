extension PostgresCluster {
    /// Executes a statement that changes nothing, on a server that meets the requirement.
    ///
    /// - Parameter statement: returns at least one row, and in the first one the revision's epoch and number as the first
    ///   two columns, from the same snapshot as the others.
    /// - Throws: ``PostgresError``; code `behind` when no server that may be asked has caught up with the minimum,
    ///   `revisionLost` when the primary itself has not.
    package func read(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none,
        requirement: ReadRequirement = .none
    ) async throws(PostgresError) -> RevisedRows {
        let read = PendingRead(statement: statement, parameters: try EncodedParameters(parameters), caller: caller)
        var search = ReadSearch(requirement: requirement, start: .now, deadline: deadline)
        while true {
            switch state.choose(requirement, tried: search.tried, sawOlder: search.sawOlder) {
            case .replica(let server):
                if let rows = try await askReplica(server, read, &search) { return rows }
            case .primary(let server):
                if let rows = try await askPrimary(server, read, &search) { return rows }
            case .primaryForReplica(let server):
                defer { state.endPrimaryRead() }
                if let rows = try await askPrimary(server, read, &search) { return rows }
            case .wait:
                try await waitForChange(
                    until: search.deadline,
                    else: search.sawOlder ? search.behind : PostgresError(.unavailable, search.failure))
                search.beginRound()
            case .waitForEpoch:
                try await waitForChange(
                    until: min(search.deadline, search.start + options.epochPatience),
                    else: PostgresError(.behind, "no server knows of the reader's epoch"))
                search.beginRound()
            case .refuse(let code):
                throw PostgresError(code, "the primary answers as many reads for replicas as it may")
            }
        }
    }

    /// Executes a statement that changes nothing on the primary.
    package func readPrimary(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        let parameters = try EncodedParameters(parameters)
        return try await onPrimary(until: .now + deadline, ifReplaced: .askAgain) {
            server, deadline throws(PostgresError) in
            try await servers[server].ask(statement, parameters, caller: caller, kind: .read, deadline: deadline)
        }
    }

    private func askReplica(
        _ server: Int, _ read: PendingRead, _ search: inout ReadSearch
    ) async throws(PostgresError) -> RevisedRows? {
        let start = ContinuousClock.now
        let deadline = min(search.deadline, start + options.replicaDeadline)
        do throws(PostgresError) {
            let answer = try RevisedRows(await ask(server, read, until: deadline))
            if search.isSatisfied(by: answer) { return answer }
            search.answeredTooOld(server)
        } catch {
            guard error.mayBeAnsweredElsewhere else { throw error }
            guard ContinuousClock.now < search.deadline else { throw search.sawOlder ? search.behind : error }
            if error.code == .deadlineExceeded { state.leftUnanswered(server, since: start) }
            search.failed(server, error)
        }
        return nil
    }

    private func askPrimary(
        _ server: Int, _ read: PendingRead, _ search: inout ReadSearch
    ) async throws(PostgresError) -> RevisedRows? {
        do throws(PostgresError) {
            let answer = try RevisedRows(await ask(server, read, until: search.deadline))
            guard state.isStillPrimary(server) else {
                search.failed(server, PostgresError(.unavailable, "the primary was replaced"))
                return nil
            }
            guard search.isSatisfied(by: answer) else {
                throw PostgresError(.revisionLost, "the primary is behind what the reader has seen")
            }
            return answer
        } catch {
            guard error.code == .unavailable else { throw error }
            search.failed(server, error)
            return nil
        }
    }

    private func ask(
        _ server: Int, _ read: PendingRead, until deadline: ContinuousClock.Instant
    ) async throws(PostgresError) -> PostgresRows {
        try await servers[server].ask(
            read.statement, read.parameters, caller: read.caller, kind: .read, deadline: deadline)
    }
}

/// A read as it is asked of one server after the other.
private struct PendingRead {
    let statement: Statement
    let parameters: EncodedParameters
    let caller: Caller
}

/// How far a read has come in finding a server that can answer it.
private struct ReadSearch {
    let requirement: ReadRequirement
    let start: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// Asked in vain since the last news.
    private(set) var tried: Set<Int> = []
    private(set) var sawOlder = false
    private(set) var failure = "no server can answer"

    init(requirement: ReadRequirement, start: ContinuousClock.Instant, deadline: Duration) {
        self.requirement = requirement
        self.start = start
        self.deadline = start + deadline
    }

    var behind: PostgresError { PostgresError(.behind, "no server has caught up with what the reader has seen") }

    func isSatisfied(by answer: RevisedRows) -> Bool {
        requirement.minimum.map { answer.revision >= $0 } ?? true
    }

    mutating func answeredTooOld(_ server: Int) {
        tried.insert(server)
        sawOlder = true
    }

    mutating func failed(_ server: Int, _ error: PostgresError) {
        tried.insert(server)
        failure = error.message
    }

    mutating func beginRound() { tried.removeAll() }
}
