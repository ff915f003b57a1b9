import Histogram

/// How often each latency was seen, to three digits: an HdrHistogram of nanoseconds.
package struct LatencyHistogram: Sendable {
    /// Values below are told as this, values above as that: a microsecond and ten minutes.
    private static let lowest: UInt64 = 1000
    private static let highest: UInt64 = 600_000_000_000

    private var counts = Histogram<UInt64>(
        lowestDiscernibleValue: lowest, highestTrackableValue: highest, numberOfSignificantValueDigits: .three)

    package init() {}

    package mutating func record(nanoseconds: Int64) {
        counts.record(UInt64(clamping: max(Int64(Self.lowest), min(nanoseconds, Int64(Self.highest)))))
    }

    package mutating func add(_ other: LatencyHistogram) { counts.add(other.counts) }

    package mutating func reset() { counts.reset() }

    package var count: Int { Int(counts.totalCount) }

    /// In milliseconds; 0 of none.
    package var mean: Double { count == 0 ? 0 : counts.mean / 1e6 }
    package var maximum: Double { count == 0 ? 0 : Double(counts.maxRecorded) / 1e6 }

    /// The latency that so many percent of all are at or below, in milliseconds; 0 of none.
    package func percentile(_ percent: Double) -> Double {
        count == 0 ? 0 : Double(counts.valueAtPercentile(percent)) / 1e6
    }

    /// How many took longer than so many milliseconds.
    package func count(above milliseconds: Double) -> Int {
        let limit = UInt64(max(0, milliseconds) * 1e6)
        guard count > 0, limit < Self.highest else { return 0 }
        return count - Int(counts.count(within: 0...limit))
    }

    /// The way from the least to the maximum, in steps that halve what is left to 100 %, a few for each half.
    package var percentileCurve: [(percent: Double, milliseconds: Double)] {
        guard count > 0 else { return [] }
        var points: [(percent: Double, milliseconds: Double)] = [(0, percentile(0))]
        var rest = 100.0
        while rest / 100 * Double(count) >= 1 {
            for step in 0..<Self.stepsPerHalf {
                let percent = 100 - rest * (1 - Double(step) / Double(2 * Self.stepsPerHalf))
                if percent > points[points.count - 1].percent { points.append((percent, percentile(percent))) }
            }
            rest /= 2
        }
        points.append((100, maximum))
        return points
    }

    private static let stepsPerHalf = 4
}
