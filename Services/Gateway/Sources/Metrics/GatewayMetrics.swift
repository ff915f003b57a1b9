import PrometheusMetrics

/// The names under which the gateway tells what it does.
enum GatewayMetrics {
    static let catalogue =
        [
            requests, durations, aborted, upstreamDurations, connections, acceptedConnections, refusedConnections,
            receivedBytes, sentBytes, decisions, lag,
        ]

    private static let requests = Metric(
        "cryptodesk_gateway_requests_total", .counter,
        "Requests that were answered, by the service that was asked; `none` where the gateway answered by itself.",
        labels: ["route", "code", "upstream"])
    private static let durations = Metric(
        "cryptodesk_gateway_request_duration_seconds", .histogram,
        "From a request's head to the end of its answer.", labels: ["route"])
    private static let aborted = Metric(
        "cryptodesk_gateway_requests_aborted_total", .counter,
        "Requests without a complete answer, because the client had gone or the answer was cut off.", labels: ["route"])
    private static let upstreamDurations = Metric(
        "cryptodesk_gateway_upstream_duration_seconds", .histogram,
        "From sending a request to a service to the head of its answer.", labels: ["upstream"])
    private static let connections = Metric(
        "cryptodesk_gateway_connections", .gauge, "Client connections that are open.")
    private static let acceptedConnections = Metric(
        "cryptodesk_gateway_connections_accepted_total", .counter, "Client connections that were accepted.")
    private static let refusedConnections = Metric(
        "cryptodesk_gateway_connections_refused_total", .counter, "Client connections over the limit.")
    private static let receivedBytes = Metric(
        "cryptodesk_gateway_received_bytes_total", .counter, "Bytes that came from clients.")
    private static let sentBytes = Metric(
        "cryptodesk_gateway_sent_bytes_total", .counter, "Bytes that went to clients.")
    private static let decisions = Metric(
        "cryptodesk_gateway_rate_limit_decisions_total", .counter,
        "What the rate limiter said; `unlimited` where the request passed without being counted.",
        labels: ["decision"])
    private static let lag = Metric(
        "cryptodesk_gateway_event_loop_lag_seconds", .histogram,
        "How late the event loops' tick of 100 ms was, all loops together.")

    /// - Parameter connections: open ones, over all event loops.
    static func families(_ loops: LoopMetrics, connections: Int) -> [MetricFamily] {
        let routes = loops.routes.sorted { $0.key < $1.key }
        return [
            requests(
                routes.flatMap { name, route in
                    route.answers.sorted { ($0.code, $0.upstream) < ($1.code, $1.upstream) }.map {
                        MetricSample([name, "\($0.code)", $0.upstream], count: $0.count)
                    }
                }),
            durations(routes.map { MetricSample([$0.key], histogram: $0.value.durations) }),
            aborted(routes.map { MetricSample([$0.key], count: $0.value.aborted) }),
            upstreamDurations(
                loops.upstreamDurations.sorted { $0.key < $1.key }.map { MetricSample([$0.key], histogram: $0.value) }),
            self.connections(count: connections), acceptedConnections(count: loops.acceptedConnections),
            refusedConnections(count: loops.refusedConnections), receivedBytes(count: loops.receivedBytes),
            sentBytes(count: loops.sentBytes),
            decisions(
                LoopMetrics.Decision.allCases.map { MetricSample(["\($0)"], count: loops.decisions[$0.rawValue]) }),
            lag([MetricSample(histogram: loops.lag)]),
        ]
    }
}
