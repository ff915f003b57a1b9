extension PostgresCluster {
    /// Asks one replica, once, and suspends nobody: for a caller that can still go the long way of
    /// ``read(_:_:caller:requirement:)`` where that does not do.
    ///
    /// - Parameters:
    ///   - statement: as `read` wants it.
    ///   - deliver: called on the thread of the connections; with `nil` where the replica gave no answer in time, or one
    ///     that is older than the minimum.
    /// - Returns: false when no replica may be asked, and nothing will ever be delivered.
    package func readDirectly(
        _ statement: Statement, _ parameters: [PostgresValue], caller: Caller, requirement: ReadRequirement,
        deliver: @escaping @Sendable (RevisedRows?) -> Void
    ) -> Bool {
        guard let server = state.chooseReplica(requirement), let parameters = try? EncodedParameters(parameters) else {
            return false
        }
        let start = ContinuousClock.now
        return servers[server].ask(
            statement, parameters, caller: caller, deadline: start + min(deadline, options.replicaDeadline)
        ) { [state] outcome in
            switch outcome {
            case .success(let rows):
                let answer = try? RevisedRows(rows)
                deliver(answer.flatMap { $0.revision >= requirement.minimum ?? .zero ? $0 : nil })
            case .failure(let error):
                if error.code == .deadlineExceeded { state.leftUnanswered(server, since: start) }
                deliver(nil)
            }
        }
    }
}
