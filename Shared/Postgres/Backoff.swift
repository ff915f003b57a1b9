/// How long to wait before the next attempt: exponential with full jitter, as AWS describes it
/// ("Exponential Backoff And Jitter", 2015), so that many instances do not come back at one instant.
package struct Backoff: Sendable {
    private let base: Duration
    private let limit: Duration
    package private(set) var failures = 0

    package init(base: Duration = .milliseconds(50), limit: Duration = .seconds(1)) {
        self.base = base
        self.limit = limit
    }

    /// - Parameter random: uniform in 0..<1.
    package mutating func nextDelay(random: Double) -> Duration {
        let ceiling = min(limit, base * (1 << min(failures, 10)))
        failures += 1
        return ceiling * (0.1 + 0.9 * random)
    }

    package mutating func reset() { failures = 0 }
}
