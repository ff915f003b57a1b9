import Synchronization

/// Values that somebody else has to be asked for: once for each key at a time, however many wait for it, kept for as long as each
/// says, and so many lookups at a time. What could not be found out is not kept.
final class SharedLookups<Key: Hashable & Sendable, Value: Hashable & Sendable>: Sendable {
    typealias Answer = (value: Value, until: Int)
    private typealias Lookup = Task<Result<Value, AuthenticationError>, Never>

    private struct Entry: Sendable {
        let value: Value
        /// In seconds since 1970.
        let until: Int
    }

    private struct State {
        var entries: RecentValues<Key, Entry>
        var inFlight: [Key: Lookup] = [:]
    }

    private let state: Mutex<State>
    private let maximumInFlight: Int
    /// Seconds since 1970.
    private let now: @Sendable () -> Int
    private let ask: @Sendable (Key) async throws(AuthenticationError) -> Answer

    /// - Parameter ask: also says until when its answer is kept, in seconds since 1970.
    init(
        capacity: Int = 10_000, maximumInFlight: Int = 32, now: @escaping @Sendable () -> Int,
        ask: @escaping @Sendable (Key) async throws(AuthenticationError) -> Answer
    ) {
        state = Mutex(State(entries: RecentValues(capacity: capacity)))
        self.maximumInFlight = maximumInFlight
        self.now = now
        self.ask = ask
    }

    /// What is known now; never waits.
    func cached(_ key: Key) -> Value? {
        let now = now()
        return state.withLock { Self.usable(&$0, key, now) }
    }

    /// - Throws: `AuthenticationError.unavailable` also when too many others are asked for.
    func value(for key: Key) async throws(AuthenticationError) -> Value {
        let now = now()
        let lookup = try state.withLock { state throws(AuthenticationError) -> Lookup in
            if let value = Self.usable(&state, key, now) { return Lookup { .success(value) } }
            if let lookup = state.inFlight[key] { return lookup }
            guard state.inFlight.count < maximumInFlight else {
                throw .unavailable(reason: "too many identities are being looked up")
            }
            let lookup = Lookup { await self.find(key) }
            state.inFlight[key] = lookup
            return lookup
        }
        return try await lookup.value.get()
    }

    /// Drops a value that turned out to hold no longer, unless another one has come since.
    func forget(_ value: Value, of key: Key) {
        state.withLock { if $0.entries.value(for: key)?.value == value { $0.entries.remove(key) } }
    }

    private func find(_ key: Key) async -> Result<Value, AuthenticationError> {
        do throws(AuthenticationError) {
            let answer = try await ask(key)
            state.withLock { state in
                state.inFlight[key] = nil
                state.entries.insert(Entry(value: answer.value, until: answer.until), for: key)
            }
            return .success(answer.value)
        } catch {
            state.withLock { $0.inFlight[key] = nil }
            return .failure(error)
        }
    }

    private static func usable(_ state: inout State, _ key: Key, _ now: Int) -> Value? {
        state.entries.value(for: key).flatMap { $0.until > now ? $0.value : nil }
    }
}
