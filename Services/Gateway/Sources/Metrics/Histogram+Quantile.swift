package import PrometheusMetrics

extension Histogram {
    /// The value that a share of the observations since an earlier moment did not exceed, in microseconds, as Prometheus'
    /// `histogram_quantile` estimates it: evenly spread between two bounds. Above the last bound that bound is told.
    ///
    /// - Parameters:
    ///   - share: above 0, at most 1.
    ///   - earlier: what was observed by then; with the same bounds.
    /// - Returns: `nil` when nothing was observed since.
    package func quantile(_ share: Double, since earlier: Histogram) -> Double? {
        let added = zip(counts, earlier.counts).map { max(0, $0 - $1) }
        let rank = share * Double(added.reduce(0, +))
        guard rank > 0 else { return nil }
        var below = 0.0
        for (index, bound) in bounds.enumerated() {
            let here = Double(added[index])
            if here > 0, below + here >= rank {
                let start = index == 0 ? 0 : Double(bounds[index - 1])
                return start + (Double(bound) - start) * (rank - below) / here
            }
            below += here
        }
        return bounds.last.map(Double.init)
    }
}
