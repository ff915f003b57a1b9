package import PrometheusMetrics

extension RevocationWatch {
    package static let metrics = [ageMetric, knownMetric]

    private static let ageMetric = Metric(
        "cryptodesk_revocation_proof_age_seconds", .gauge,
        "How long ago the revocations known here were last proven complete; missing before the first time.")
    private static let knownMetric = Metric(
        "cryptodesk_revocations", .gauge, "Revocations that are known here and have not expired.")

    package func families() -> [MetricFamily] {
        [Self.ageMetric(number: proofAge.map { $0 / .seconds(1) }), Self.knownMetric(count: count)]
    }
}
