package import JSON
import PrometheusMetrics

/// What one gateway has done between two moments, by what its event loops had counted at each of them.
package struct GatewayActivity: Sendable {
    private let before: LoopMetrics
    private let after: LoopMetrics
    private let seconds: Double
    private let connections: Int
    private let policies: [RateLimitPolicy]

    /// - Parameters:
    ///   - seconds: between the two, above 0.
    ///   - connections: of clients, that are open at the second one.
    ///   - policies: the limits that are in force.
    package init(
        from before: LoopMetrics, to after: LoopMetrics, seconds: Double, connections: Int,
        policies: [RateLimitPolicy]
    ) {
        self.before = before
        self.after = after
        self.seconds = seconds
        self.connections = connections
        self.policies = policies
    }

    /// As `/api/v1/admin/cluster` tells it; a latency is null where nothing was answered.
    package var json: JSONValue {
        var body = JSONObject()
        body["requests_per_second"] = rate { $0.routes.values.reduce(0) { $0 + $1.durations.count } }
        body["failures_per_second"] = rate(failures)
        body["limited_per_second"] = rate { $0.decisions[LoopMetrics.Decision.limited.rawValue] }
        body["uncounted_per_second"] = rate { $0.decisions[LoopMetrics.Decision.unlimited.rawValue] }
        body["latency_ms"] = latency
        body["connections"] = .number("\(connections)")
        body["limits"] = .array(policies.map(limit))
        return .object(body)
    }

    /// Answers of 500 and above.
    private func failures(_ metrics: LoopMetrics) -> Int {
        metrics.routes.values.reduce(0) { sum, route in
            route.answers.reduce(sum) { $1.code >= 500 ? $0 + $1.count : $0 }
        }
    }

    private func rate(_ count: (LoopMetrics) -> Int) -> JSONValue {
        Self.number(Double(max(0, count(after) - count(before))) / seconds, scale: 10)
    }

    private var latency: JSONValue {
        let (earlier, later) = (Self.durations(before), Self.durations(after))
        var latency = JSONObject()
        for (name, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            latency[name] = later.quantile(share, since: earlier).map { Self.number($0 / 1000, scale: 100) } ?? .null
        }
        return .object(latency)
    }

    private static func durations(_ metrics: LoopMetrics) -> Histogram {
        metrics.routes.values.reduce(into: Histogram()) { $0.add($1.durations) }
    }

    private func limit(_ policy: RateLimitPolicy) -> JSONValue {
        var limit = JSONObject()
        limit["name"] = .string(policy.name)
        limit["burst"] = .number("\(policy.limit.burst)")
        limit["per_second"] = Self.number(1_000_000 / Double(policy.limit.emissionInterval), scale: 1000)
        return .object(limit)
    }

    /// - Parameter scale: 10 for one digit after the point, and so on.
    private static func number(_ value: Double, scale: Double) -> JSONValue {
        .number("\((value * scale).rounded() / scale)")
    }
}
