package import PrometheusMetrics

extension PasswordHasher {
    package static let metrics = [
        hashesMetric, refusedMetric, waitingMetric, runningMetric, capacityMetric, durationMetric,
    ]

    private static let hashesMetric = Metric(
        "cryptodesk_auth_password_hashes_total", .counter, "Password hashes that were computed.")
    private static let refusedMetric = Metric(
        "cryptodesk_auth_password_hashes_refused_total", .counter, "Password hashes for which the queue had no room.")
    private static let waitingMetric = Metric(
        "cryptodesk_auth_password_hashes_waiting", .gauge, "Password hashes that wait for a thread.")
    private static let runningMetric = Metric(
        "cryptodesk_auth_password_hashes_running", .gauge, "Password hashes that are being computed.")
    private static let capacityMetric = Metric(
        "cryptodesk_auth_password_queue_capacity", .gauge,
        "Password hashes that may wait, by how long they took lately.")
    private static let durationMetric = Metric(
        "cryptodesk_auth_password_hash_duration_seconds", .gauge,
        "How long one password hash takes on one thread, a moving average.")

    package func families() -> [MetricFamily] {
        let queue = queueStatus
        return [
            Self.hashesMetric(count: hashCount), Self.refusedMetric(count: refusedCount),
            Self.waitingMetric(count: queue.waiting),
            Self.runningMetric(count: queue.running), Self.capacityMetric(count: queue.capacity),
            Self.durationMetric(number: queue.meanDuration / .seconds(1)),
        ]
    }
}
