package import PrometheusMetrics
import Synchronization

extension ReadCache {
    package static let metrics = [requestsMetric, invalidationsMetric, bytesMetric]

    private static let requestsMetric = Metric(
        "cryptodesk_cache_requests_total", .counter,
        """
        Direct reads by what the cache did for them: `hit`; `joined`, which waited for the same read of another request; `miss`; \
        `pass`, which the cache had no part in because their user had just changed something.
        """, labels: ["result"])
    private static let invalidationsMetric = Metric(
        "cryptodesk_cache_invalidations_total", .counter,
        "Changes that the cache was told of, here or by the event stream.")
    private static let bytesMetric = Metric(
        "cryptodesk_cache_bytes", .gauge, "Memory of the answers that the cache holds, about.")

    /// - Parameter cache: nil where it is off, which tells zeros.
    package static func families(of cache: ReadCache?) -> [MetricFamily] {
        [
            requestsMetric([
                MetricSample(["hit"], count: cache?.hits.load(ordering: .relaxed) ?? 0),
                MetricSample(["joined"], count: cache?.joins.load(ordering: .relaxed) ?? 0),
                MetricSample(["miss"], count: cache?.misses.load(ordering: .relaxed) ?? 0),
                MetricSample(["pass"], count: cache?.passes.load(ordering: .relaxed) ?? 0),
            ]),
            invalidationsMetric(count: cache?.invalidations.load(ordering: .relaxed) ?? 0),
            bytesMetric(count: cache?.expire() ?? 0),
        ]
    }
}
