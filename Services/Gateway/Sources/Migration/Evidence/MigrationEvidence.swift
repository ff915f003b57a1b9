import FoundationEssentials
import JSON
package import PrometheusMetrics
import Synchronization

/// What this gateway sees of both sides of the routes that move, until it is taken to Redis.
package final class MigrationEvidence: Sendable {
    /// What became of a read that was to be compared.
    package enum Shadow: String, Sendable, Hashable, CaseIterable {
        case matched
        case mismatched
        /// It differed only where the primary differs from itself.
        case noisy
        /// One side did not answer.
        case failed
        /// There was no place for it.
        case dropped
    }

    /// Evidence of one stage of one route.
    package struct Key: Sendable, Hashable {
        package let route: String
        /// The version with which the stage began.
        package let since: Int
    }

    private struct State {
        var counts: [Key: EvidenceCounts] = [:]
        var samples: [String: [String]] = [:]
        var shadows: [String: [Shadow: Int]] = [:]
        var rollbacks: [String: Int] = [:]
    }

    private let state = Mutex(State())
    /// Between two visits.
    private static let mostSamples = 5

    package init() {}

    package func answered(_ route: String, _ since: Int, _ side: MigrationSide, isError: Bool, microseconds: Int) {
        state.withLock {
            $0.counts[Key(route: route, since: since), default: .init()]
                .answered(side, isError: isError, microseconds: microseconds)
        }
    }

    /// - Parameter sample: `nil` where the answers are the same but for noise.
    func compared(_ route: String, _ since: Int, _ sample: DifferenceSample?, isNoisy: Bool) {
        let text = sample.map { $0.json(at: Int(Date().timeIntervalSince1970)) }
        state.withLock { state in
            let places = Set(sample?.differences.map(\.label) ?? [])
            state.counts[Key(route: route, since: since), default: .init()].compared(places, isNoisy: isNoisy)
            if let text, state.samples[route, default: []].count < Self.mostSamples {
                state.samples[route, default: []].append(JSONValue.object(text).serialized())
            }
        }
        shadowed(route, sample != nil ? .mismatched : isNoisy ? .noisy : .matched)
    }

    func shadowed(_ route: String, _ shadow: Shadow) {
        state.withLock { $0.shadows[route, default: [:]][shadow, default: 0] += 1 }
    }

    package func rolledBack(_ route: String) { state.withLock { $0.rollbacks[route, default: 0] += 1 } }

    /// Takes what has been seen of a route since the last time; evidence of earlier stages is forgotten.
    package func take(_ route: String, since: Int) -> (counts: EvidenceCounts, samples: [String]) {
        state.withLock { state in
            let counts = state.counts[Key(route: route, since: since)] ?? EvidenceCounts()
            state.counts = state.counts.filter { $0.key.route != route }
            return (counts, state.samples.removeValue(forKey: route) ?? [])
        }
    }

    // MARK: Metrics

    private static let shadows = Metric(
        "cryptodesk_gateway_shadow_requests_total", .counter,
        "Reads of routes that move, by what their comparison with the candidate brought: `matched`, `mismatched`, `noisy` "
            + "(the primary differs from itself), `failed` (a side did not answer) or `dropped` (no place).",
        labels: ["route", "result"])
    private static let rollbacks = Metric(
        "cryptodesk_gateway_route_rollbacks_total", .counter,
        "Routes that this gateway took back because a guard was broken.", labels: ["route"])

    package static let catalogue = [shadows, rollbacks]

    package var families: [MetricFamily] {
        let (shadows, rollbacks) = state.withLock { ($0.shadows, $0.rollbacks) }
        return [
            Self.shadows(
                shadows.sorted { $0.key < $1.key }.flatMap { route, results in
                    Shadow.allCases.map { MetricSample([route, $0.rawValue], count: results[$0] ?? 0) }
                }),
            Self.rollbacks(rollbacks.sorted { $0.key < $1.key }.map { MetricSample([$0.key], count: $0.value) }),
        ]
    }
}
