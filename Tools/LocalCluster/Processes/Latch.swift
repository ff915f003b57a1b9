import Synchronization

/// A value that is set once and awaited by any number of tasks.
package final class Latch<Value: Sendable>: Sendable {
    private enum State {
        case waiting([Int: CheckedContinuation<Value?, Never>], nextID: Int)
        case set(Value)
    }

    private let state = Mutex<State>(.waiting([:], nextID: 0))

    package init() {}

    /// The value, if it has been set.
    package var current: Value? {
        state.withLock { if case .set(let value) = $0 { value } else { nil } }
    }

    /// Sets the value; false if there was one already, which then stays.
    @discardableResult
    package func set(_ value: Value) -> Bool {
        let waiters: [CheckedContinuation<Value?, Never>]? = state.withLock { state in
            guard case .waiting(let waiters, _) = state else { return nil }
            state = .set(value)
            return Array(waiters.values)
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume(returning: value) }
        return true
    }

    /// Waits for the value; `nil` when the waiting task is cancelled first.
    package func value() async -> Value? {
        let id: Int? = state.withLock { state in
            guard case .waiting(let waiters, let nextID) = state else { return nil }
            state = .waiting(waiters, nextID: nextID + 1)
            return nextID
        }
        guard let id else { return current }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                enqueue(continuation, id)
            }
        } onCancel: {
            take(id)?.resume(returning: nil)
        }
    }

    /// Waits for the value for at most `limit`.
    package func value(within limit: Duration) async -> Value? {
        if let current { return current }
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.value() }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func enqueue(_ continuation: CheckedContinuation<Value?, Never>, _ id: Int) {
        let already: Value?? = state.withLock { state in
            switch state {
            case .set(let value): return .some(value)
            case .waiting(var waiters, let nextID):
                // A cancellation that came first found nobody to resume.
                if Task.isCancelled { return .some(nil) }
                waiters[id] = continuation
                state = .waiting(waiters, nextID: nextID)
                return .none
            }
        }
        if let already { continuation.resume(returning: already) }
    }

    private func take(_ id: Int) -> CheckedContinuation<Value?, Never>? {
        state.withLock { state in
            guard case .waiting(var waiters, let nextID) = state else { return nil }
            let waiter = waiters.removeValue(forKey: id)
            state = .waiting(waiters, nextID: nextID)
            return waiter
        }
    }
}
