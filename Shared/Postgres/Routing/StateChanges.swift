import Synchronization

/// Wakes those who wait for a server's state to change.
final class StateChanges: Sendable {
    private struct State {
        var waiting: [Answer<Void>] = []
        var isClosed = false
    }

    private static let limit = 10_000

    private let state = Mutex(State())

    /// Suspends until something is learned of any server, which happens several times a second.
    ///
    /// - Throws: ``PostgresError`` with code `cancelled`, `queueFull`, or `unavailable` once the servers are not
    ///   watched any more.
    func next() async throws(PostgresError) {
        let answer = Answer<Void>()
        let refusal = state.withLock { state -> PostgresError? in
            guard !state.isClosed else { return Self.stopped }
            guard state.waiting.count < Self.limit else {
                return PostgresError(.queueFull, "\(Self.limit) statements wait for a server already")
            }
            state.waiting.append(answer)
            return nil
        }
        if let refusal { throw refusal }
        try await answer.value()
    }

    func announce() { resumeAll(.success(()), isLast: false) }

    /// Nothing will be learned any more.
    func close() { resumeAll(.failure(Self.stopped), isLast: true) }

    private func resumeAll(_ outcome: Result<Void, PostgresError>, isLast: Bool) {
        let answers = state.withLock { state in
            let answers = state.waiting
            state.waiting = []
            if isLast { state.isClosed = true }
            return answers
        }
        for answer in answers { answer.give(outcome) }
    }

    private static let stopped = PostgresError(.unavailable, "the client has stopped")
}
