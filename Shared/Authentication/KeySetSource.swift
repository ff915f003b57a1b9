/// Fetches the key set for everyone who asks: one fetch at a time, and not again too soon for an unknown `kid`.
///
/// An actor, since this is slow control state; no request waits for it unless its key is unknown.
actor KeySetSource {
    private let fetch: @Sendable () async throws(AuthenticationError) -> JSONWebKeySet
    private let minimumInterval: Duration
    private var inFlight: Task<Result<JSONWebKeySet, AuthenticationError>, Never>?
    private var last: (ended: ContinuousClock.Instant, outcome: Result<JSONWebKeySet, AuthenticationError>)?

    init(
        minimumInterval: Duration, fetch: @escaping @Sendable () async throws(AuthenticationError) -> JSONWebKeySet
    ) {
        self.minimumInterval = minimumInterval
        self.fetch = fetch
    }

    /// What a fetch that is under way brings, else what the last one brought when that was just now, else a new one's.
    func recent() async throws(AuthenticationError) -> JSONWebKeySet {
        if inFlight == nil, let last, last.ended.duration(to: .now) < minimumInterval { return try last.outcome.get() }
        return try await refresh()
    }

    /// Fetches, or joins the fetch that is under way. A caller that goes away does not end it for the others.
    func refresh() async throws(AuthenticationError) -> JSONWebKeySet {
        let task = inFlight ?? start()
        return try await task.value.get()
    }

    private func start() -> Task<Result<JSONWebKeySet, AuthenticationError>, Never> {
        let task = Task { () -> Result<JSONWebKeySet, AuthenticationError> in
            let outcome: Result<JSONWebKeySet, AuthenticationError>
            do throws(AuthenticationError) {
                outcome = .success(try await fetch())
            } catch {
                outcome = .failure(error)
            }
            last = (.now, outcome)
            inFlight = nil
            return outcome
        }
        inFlight = task
        return task
    }
}
