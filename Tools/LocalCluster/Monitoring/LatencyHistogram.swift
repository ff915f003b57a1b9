/// Latencies as a Prometheus histogram counts them: how many were at most as long as each bound.
package struct LatencyHistogram: Hashable, Sendable {
    /// Bounds in seconds, ascending, each with the count of all up to it.
    private let buckets: [(bound: Double, count: Double)]

    /// - Parameter counts: by bound in seconds, infinity included.
    package init(cumulative counts: [Double: Double]) {
        buckets = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package var count: Double { buckets.last?.count ?? 0 }

    /// What came since an earlier reading. A process that has started anew meanwhile counts from zero again.
    package func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        guard earlier.count <= count else { return self }
        let before = Dictionary(uniqueKeysWithValues: earlier.buckets.map { ($0.bound, $0.count) })
        return LatencyHistogram(
            cumulative: Dictionary(
                uniqueKeysWithValues: buckets.map { ($0.bound, max(0, $0.count - (before[$0.bound] ?? 0))) }))
    }

    /// Both together.
    package func adding(_ other: LatencyHistogram) -> LatencyHistogram {
        var counts = Dictionary(uniqueKeysWithValues: buckets.map { ($0.bound, $0.count) })
        for (bound, count) in other.buckets { counts[bound, default: 0] += count }
        return LatencyHistogram(cumulative: counts)
    }

    /// In seconds, linear between two bounds, as `histogram_quantile` does; `nil` without any latency.
    ///
    /// - Parameter share: from 0 to 1.
    package func quantile(_ share: Double) -> Double? {
        guard count > 0, let index = buckets.firstIndex(where: { $0.count >= share * count && $0.count > 0 })
        else { return nil }
        let lower = index == 0 ? (bound: 0, count: 0) : buckets[index - 1]
        // Above the last bound nothing is known but that.
        guard buckets[index].bound.isFinite else { return lower.bound }
        let within = (share * count - lower.count) / (buckets[index].count - lower.count)
        return lower.bound + (buckets[index].bound - lower.bound) * within
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.buckets.elementsEqual(right.buckets) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for bucket in buckets {
            hasher.combine(bucket.bound)
            hasher.combine(bucket.count)
        }
    }
}
