/// An exponentially weighted moving average of latencies that follows a rise at once and a fall slowly, as Finagle's "peak
/// EWMA" does: an instance that becomes slow must be noticed by the first answer that says so.
///
/// Times are microseconds, and passed in. Without observations it fades, so that what was slow is tried again.
package struct PeakLatency: Sendable, Hashable {
    /// As it was when it was last observed, in microseconds.
    package private(set) var average = 0.0
    private var observedAt = 0

    /// After this long an observation has lost more than half of its weight, in microseconds.
    private static let fading = 1_000_000.0

    package init() {}

    package var isKnown: Bool { average > 0 }

    package mutating func observe(_ latency: Int, now: Int) {
        let latency = Double(max(latency, 1))
        let weight = Self.weight(now - observedAt)
        average = latency >= average ? latency : average * weight + latency * (1 - weight)
        observedAt = now
    }

    /// In microseconds.
    package func estimate(now: Int) -> Double { average * Self.weight(now - observedAt) }

    /// The first terms of e to the power of t/τ, below one: close enough, and without a mathematics library.
    private static func weight(_ elapsed: Int) -> Double {
        let time = Double(max(elapsed, 0)) / fading
        return 1 / (1 + time * (1 + time / 2 * (1 + time / 3)))
    }
}
