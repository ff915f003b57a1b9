package import PrometheusMetrics
import Synchronization

extension OutboxPublisher {
    package static let metrics = [publishedMetric, ageMetric]

    private static let publishedMetric = Metric(
        "cryptodesk_events_published_total", .counter, "Events that this instance has brought from the outbox to Redis."
    )
    private static let ageMetric = Metric(
        "cryptodesk_events_oldest_unpublished_seconds", .gauge,
        "How long the oldest event in the outbox has waited; 0 while there is none.")

    package func families() -> [MetricFamily] {
        [
            Self.publishedMetric(count: published.load(ordering: .relaxed)),
            Self.ageMetric(number: Double(oldestAge.load(ordering: .relaxed)) / 1000),
        ]
    }
}
