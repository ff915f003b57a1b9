package import NIOCore

/// Exponential backoff with full jitter: a random wait between nothing and a ceiling that doubles.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
package struct ReconnectBackoff: Sendable {
    package let base: TimeAmount
    package let ceiling: TimeAmount

    package init(base: TimeAmount = .milliseconds(50), ceiling: TimeAmount = .seconds(1)) {
        self.base = base
        self.ceiling = ceiling
    }

    /// The wait before the attempt that follows `failures` failed ones; `random` is in 0 ..< 1.
    package func delay(afterFailures failures: Int, random: Double) -> TimeAmount {
        let doublings = min(max(failures - 1, 0), 16)
        let bound = min(ceiling.nanoseconds, base.nanoseconds << doublings)
        return .nanoseconds(Int64(Double(bound) * random))
    }
}
