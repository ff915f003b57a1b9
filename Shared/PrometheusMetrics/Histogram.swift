/// How often observations fell below which bounds: a value that one thread fills and many are added up of.
///
/// Observations are whole microseconds, so that counting one is a comparison for each bound below it and two additions.
package struct Histogram: Sendable, Hashable {
    /// In microseconds, ascending; what is above the last one counts for infinity.
    package let bounds: [Int]
    /// Not cumulative: one for each bound, and one for infinity.
    package private(set) var counts: [Int]
    /// In microseconds.
    package private(set) var sum = 0

    /// From a quarter of a millisecond to ten seconds: what requests take.
    package static let latencyBounds = [
        250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        10_000_000,
    ]

    package init(bounds: [Int] = Histogram.latencyBounds) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    package var count: Int { counts.reduce(0, +) }

    package mutating func observe(microseconds value: Int) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index] += 1
        sum += value
    }

    /// Adds what another thread has observed with the same bounds.
    package mutating func add(_ other: Histogram) {
        guard other.bounds == bounds else { return }
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
