import Synchronization

/// Counts the requests of a service by route, method and status, and how long they took by route.
///
/// A lock that event loops hold for a few additions: a service's requests are hundreds of times as long.
package final class RequestMetrics: Sendable {
    package static let catalogue = [requests, direct, durations, inFlight]

    private static let requests = Metric(
        "cryptodesk_http_requests_total", .counter, "Requests that were answered.",
        labels: ["route", "method", "code"])
    private static let direct = Metric(
        "cryptodesk_http_requests_direct_total", .counter,
        "Those of them that were answered on the event loop, without the router.")
    private static let durations = Metric(
        "cryptodesk_http_request_duration_seconds", .histogram, "From a request's head to its answer.",
        labels: ["route"])
    private static let inFlight = Metric(
        "cryptodesk_http_requests_in_flight", .gauge, "Requests that are being answered.")

    private struct Key: Hashable {
        let route: String
        let method: String
        let code: Int
    }

    private struct State {
        var counts: [Key: Int] = [:]
        var durations: [String: Histogram] = [:]
    }

    /// Whatever else a client comes up with would be a series of its own.
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    private let state = Mutex(State())
    private let begun = Atomic(0)
    private let answeredDirectly = Atomic(0)

    package init() {}

    package func begin() { begun.add(1, ordering: .relaxed) }

    /// Counted besides ``end(route:method:code:microseconds:)``.
    package func noteDirect() { answeredDirectly.add(1, ordering: .relaxed) }

    /// In place of ``end(route:method:code:microseconds:)``, for a request that somebody else counts, or nobody.
    package func abandon() { begun.subtract(1, ordering: .relaxed) }

    /// - Parameters:
    ///   - route: the route's pattern; `nil` where there is none.
    ///   - microseconds: since ``begin()``.
    package func end(route: String?, method: String, code: Int, microseconds: Int) {
        begun.subtract(1, ordering: .relaxed)
        let route = route ?? "none"
        let key = Key(route: route, method: Self.methods.contains(method) ? method : "other", code: code)
        state.withLock { state in
            state.counts[key, default: 0] += 1
            state.durations[route, default: Histogram()].observe(microseconds: microseconds)
        }
    }

    package func families() -> [MetricFamily] {
        let state = state.withLock { $0 }
        let counts = state.counts.sorted {
            ($0.key.route, $0.key.method, $0.key.code) < ($1.key.route, $1.key.method, $1.key.code)
        }
        return [
            Self.requests(
                counts.map { MetricSample([$0.key.route, $0.key.method, "\($0.key.code)"], count: $0.value) }),
            Self.direct(count: answeredDirectly.load(ordering: .relaxed)),
            Self.durations(
                state.durations.sorted { $0.key < $1.key }.map { MetricSample([$0.key], histogram: $0.value) }),
            Self.inFlight(count: begun.load(ordering: .relaxed)),
        ]
    }
}
