package import PrometheusMetrics
import Synchronization

/// How often Redis was asked about limits, and what it said. Asking is rare, so that all event loops share the counts.
package final class LeaseCounts: Sendable {
    static let catalogue = [refills, tokens, exact]

    private static let refills = Metric(
        "cryptodesk_gateway_rate_limit_refills_total", .counter,
        "Questions to Redis for a supply of a limit's tokens; `failed` where it did not answer.", labels: ["result"])
    private static let tokens = Metric(
        "cryptodesk_gateway_rate_limit_leased_tokens_total", .counter, "Tokens of limits that Redis has handed over.")
    private static let exact = Metric(
        "cryptodesk_gateway_rate_limit_exact_questions_total", .counter,
        "Requests for which Redis itself was asked, because a limit is too small for leases or this process holds no slot.",
        labels: ["result"])

    private struct Counts {
        var refills = (granted: 0, refused: 0, failed: 0)
        var tokens = 0
        var questions = (admitted: 0, limited: 0, failed: 0)
    }

    private let counts = Mutex(Counts())

    package init() {}

    /// - Parameter tokens: those that were handed over; `nil` when Redis did not answer.
    func refilled(_ tokens: Int?) {
        counts.withLock { counts in
            switch tokens {
            case nil: counts.refills.failed += 1
            case 0?: counts.refills.refused += 1
            case let tokens?:
                counts.refills.granted += 1
                counts.tokens += tokens
            }
        }
    }

    /// - Parameter isAdmitted: `nil` when Redis did not answer.
    func answered(isAdmitted: Bool?) {
        counts.withLock { counts in
            switch isAdmitted {
            case true?: counts.questions.admitted += 1
            case false?: counts.questions.limited += 1
            case nil: counts.questions.failed += 1
            }
        }
    }

    package func families() -> [MetricFamily] {
        let counts = counts.withLock { $0 }
        return [
            Self.refills([
                MetricSample(["granted"], count: counts.refills.granted),
                MetricSample(["refused"], count: counts.refills.refused),
                MetricSample(["failed"], count: counts.refills.failed),
            ]),
            Self.tokens(count: counts.tokens),
            Self.exact([
                MetricSample(["admitted"], count: counts.questions.admitted),
                MetricSample(["limited"], count: counts.questions.limited),
                MetricSample(["failed"], count: counts.questions.failed),
            ]),
        ]
    }
}
