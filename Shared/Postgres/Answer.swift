import Synchronization

/// An answer that somebody waits for: it is given exactly once, whoever comes first (result, deadline, cancellation).
final class Answer<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, PostgresError>

    private enum State {
        /// Nobody suspended yet, or somebody is: may become given or taken.
        case open(UnsafeContinuation<Outcome, Never>?)
        /// Nobody suspends: the closure is called; may become taken.
        case delivered(@Sendable (Outcome) -> Void)
        /// Given before anybody suspended: becomes taken.
        case given(Outcome)
        case taken
    }

    private let state: Mutex<State>

    /// An answer that a task waits for by ``value()``.
    init() { state = Mutex(.open(nil)) }

    /// An answer that nobody suspends for.
    ///
    /// - Parameter deliver: called once, on the thread that gives the answer.
    init(deliver: @escaping @Sendable (Outcome) -> Void) { state = Mutex(.delivered(deliver)) }

    /// Whether the answer has not been given.
    var isOpen: Bool {
        state.withLock { state in
            switch state {
            case .open, .delivered: true
            case .given, .taken: false
            }
        }
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
        let before = state.withLock { state in
            let before = state
            switch state {
            case .open(nil): state = .given(outcome)
            case .open, .delivered: state = .taken
            case .given, .taken: break
            }
            return before
        }
        switch before {
        case .open(let continuation): continuation?.resume(returning: outcome)
        case .delivered(let deliver): deliver(outcome)
        case .given, .taken: return false
        }
        return true
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
                case .open, .delivered, .taken:
                    return .failure(PostgresError(.protocolViolation, "an answer was awaited twice"))
                }
            }
            if let early { continuation.resume(returning: early) }
        }
    }
}
