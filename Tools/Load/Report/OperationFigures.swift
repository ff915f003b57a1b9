/// What was measured of one operation, or of all together.
package struct OperationFigures: Sendable, Hashable, Codable {
    /// `nil`: all.
    package let operation: Operation?
    /// That were due in the measured time and were answered rightly.
    package let requests: Int
    package let errors: Int
    /// Right answers a second.
    package let throughput: Double
    /// Milliseconds from when a request was due to its answer.
    package let mean, p50, p90, p95, p99, p999, maximum: Double
    /// Milliseconds from its sending: what hides a stall, for comparison.
    package let serviceP50, serviceP99: Double

    enum CodingKeys: String, CodingKey {
        case operation, requests, errors, throughput
        case mean = "mean_ms"
        case p50 = "p50_ms"
        case p90 = "p90_ms"
        case p95 = "p95_ms"
        case p99 = "p99_ms"
        case p999 = "p99.9_ms"
        case maximum = "max_ms"
        case serviceP50 = "service_p50_ms"
        case serviceP99 = "service_p99_ms"
    }

    /// - Parameter seconds: that were measured.
    init(operation: Operation?, _ row: Recorder.Row, seconds: Double) {
        self.operation = operation
        requests = row.latency.count
        errors = row.errors
        throughput = Double(row.inTime) / seconds
        mean = row.latency.mean
        p50 = row.latency.percentile(50)
        p90 = row.latency.percentile(90)
        p95 = row.latency.percentile(95)
        p99 = row.latency.percentile(99)
        p999 = row.latency.percentile(99.9)
        maximum = row.latency.maximum
        serviceP50 = row.service.percentile(50)
        serviceP99 = row.service.percentile(99)
    }

    func value(of metric: Target.Metric) -> Double {
        switch metric {
        case .throughput: throughput
        case .mean: mean
        case .p50: p50
        case .p90: p90
        case .p95: p95
        case .p99: p99
        case .p999: p999
        case .max: maximum
        case .errors: Double(errors)
        }
    }

    /// Of all requests that were due in the measured time.
    var errorPercent: Double { errors == 0 ? 0 : Double(errors) / Double(errors + requests) * 100 }
}

extension Operation: Codable {}
