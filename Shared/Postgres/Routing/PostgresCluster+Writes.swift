extension PostgresCluster {
    /// Executes a statement on the primary in a transaction of its own, at most once; returns when that is committed.
    ///
    /// - Throws: ``PostgresError``; code `outcomeUnknown` when it was sent and its answer was lost, or came from a
    ///   server that is not the primary any more.
    package func write(
        _ statement: Statement, _ parameters: [PostgresValue] = [], caller: Caller = .none
    ) async throws(PostgresError) -> PostgresRows {
        let parameters = try EncodedParameters(parameters)
        return try await onPrimary(until: .now + deadline, ifReplaced: .outcomeUnknown) {
            server, deadline throws(PostgresError) in
            try await servers[server].ask(statement, parameters, caller: caller, kind: .write, deadline: deadline)
        }
    }

    /// Runs a transaction on the primary: committed when the closure returns, rolled back when it throws.
    ///
    /// - Parameter body: runs anew, within the deadline, when the primary turned read-only or was lost before the COMMIT was
    ///   sent: then certainly nothing was done.
    /// - Throws: what the closure throws, or ``PostgresError``; code `outcomeUnknown` when COMMIT was sent and its
    ///   answer was lost, or came from a server that is not the primary any more.
    package func transaction<R: Sendable>(
        caller: Caller = .none, _ body: @Sendable (PostgresTransaction) async throws -> R
    ) async throws -> R {
        let deadline = ContinuousClock.now + deadline
        while true {
            let (server, lease) = try await onPrimary(until: deadline, ifReplaced: .goOn) {
                server, deadline throws(PostgresError) in
                (server, try await servers[server].client.lease(caller: caller, deadline: deadline))
            }
            do {
                let result = try await servers[server].client.transaction(lease, body)
                guard state.isStillPrimary(server) else { throw Self.replaced }
                return result
            } catch let error as PostgresError where error.saysServerIsReadOnly || error.code == .unavailable {
                if error.saysServerIsReadOnly { state.refusedWrite(server) }
                try await waitForChange(until: deadline, else: error)
            }
        }
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
    ///
    /// - Parameter body: is given the server's place among ``servers``.
    func onPrimary<R: Sendable>(
        until deadline: ContinuousClock.Instant, ifReplaced replacement: Replacement,
        _ body: (_ server: Int, _ deadline: ContinuousClock.Instant) async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        var failure = "no primary is known"
        while true {
            if let server = state.primary {
                do throws(PostgresError) {
                    let result = try await body(server, deadline)
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
