extension PostgresCluster {
    /// Executes a statement on the primary in a transaction of its own, at most once; returns when that is committed.
    ///
    /// - Throws: ``PostgresError``; code `outcomeUnknown` when it was sent and its answer was lost, or came from a
    ///   server that is not the primary any more.
    package func write(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        let parameters = try EncodedParameters(parameters)
        return try await onPrimary(ifReplaced: .outcomeUnknown) { server, deadline throws(PostgresError) in
            try await server.ask(statement, parameters, caller: caller, kind: .write, deadline: deadline)
        }
    }

    /// Runs a transaction on the primary: committed when the closure returns, rolled back when it throws.
    ///
    /// - Throws: what the closure throws, or ``PostgresError``; code `outcomeUnknown` when COMMIT was sent and its
    ///   answer was lost, or came from a server that is not the primary any more.
    package func transaction<R: Sendable>(
        caller: Caller = .none, _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let (server, lease) = try await onPrimary(ifReplaced: .goOn) { server, deadline throws(PostgresError) in
            (server, try await server.client.lease(caller: caller, deadline: deadline))
        }
        let result = try await server.client.transaction(lease, body)
        guard servers.indices.contains(where: { servers[$0] === server && state.isStillPrimary($0) }) else {
            throw Self.replaced
        }
        return result
    }

    /// What to do about an answer of a server that is not the primary any more when it comes.
    enum Replacement {
        /// It may be lost: the caller is told so.
        case outcomeUnknown
        /// It may be old: the new primary is asked.
        case askAgain
        case goOn
    }

    /// Does something on the primary, and waits for one as long as it is certain that nothing was done.
    func onPrimary<R: Sendable>(
        ifReplaced replacement: Replacement,
        _ body: (PostgresServer, _ deadline: ContinuousClock.Instant) async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        let deadline = ContinuousClock.now + deadline
        var failure = "no primary is known"
        while true {
            if let server = state.primary {
                do throws(PostgresError) {
                    let result = try await body(servers[server], deadline)
                    if replacement == .goOn || state.isStillPrimary(server) { return result }
                    guard replacement == .askAgain else { throw Self.replaced }
                    failure = Self.replaced.message
                } catch {
                    if error.saysServerIsReadOnly {
                        state.refusedWrite(server)
                    } else if error.code != .unavailable {
                        throw error
                    }
                    failure = error.message
                }
            }
            try await waitForChange(until: deadline, else: PostgresError(.unavailable, failure))
        }
    }

    /// What a server has done that was replaced meanwhile may be lost.
    private static let replaced = PostgresError(
        .outcomeUnknown, "the primary was replaced while the statement was under way")
}
