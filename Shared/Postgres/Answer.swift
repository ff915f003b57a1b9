import Synchronization

/// An answer that somebody waits for: it is given exactly once, whoever comes first (result, deadline, cancellation).
final class Answer<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, PostgresError>

    private enum State {
        /// Nobody suspended yet, or somebody is: may become given or taken.
        case open(UnsafeContinuation<Outcome, Never>?)
        /// Given before anybody suspended: becomes taken.
        case given(Outcome)
        case taken
    }

    private let state = Mutex(State.open(nil))

    /// Whether the answer has not been given.
    var isOpen: Bool {
        state.withLock { if case .open = $0 { true } else { false } }
    }

    /// Suspends until the answer is there; cancellation answers with code `cancelled`. Called once.
    func value() async throws(PostgresError) -> Value {
        let outcome = await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            give(.failure(PostgresError(.cancelled, "the task was cancelled")))
        }
        return try outcome.get()
    }

    /// As ``value()``, for what must be waited for even by a cancelled task.
    func valueIgnoringCancellation() async throws(PostgresError) -> Value { try await wait().get() }

    /// Gives the answer, and says whether it was the first.
    @discardableResult
    func give(_ outcome: Outcome) -> Bool {
        let (isFirst, continuation): (Bool, UnsafeContinuation<Outcome, Never>?) = state.withLock { state in
            guard case .open(let continuation) = state else { return (false, nil) }
            state = continuation == nil ? .given(outcome) : .taken
            return (true, continuation)
        }
        continuation?.resume(returning: outcome)
        return isFirst
    }

    private func wait() async -> Outcome {
        // Unsafe as in "not checked": the state resumes it exactly once.
        await withUnsafeContinuation { continuation in
            let early: Outcome? = state.withLock { state in
                switch state {
                case .open(nil):
                    state = .open(continuation)
                    return nil
                case .given(let outcome):
                    state = .taken
                    return outcome
                case .open, .taken:
                    return .failure(PostgresError(.protocolViolation, "an answer was awaited twice"))
                }
            }
            if let early { continuation.resume(returning: early) }
        }
    }
}
