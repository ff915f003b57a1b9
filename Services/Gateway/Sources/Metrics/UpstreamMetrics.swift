import PrometheusMetrics

/// The names under which the gateway tells what it knows of the services behind it.
enum UpstreamMetrics {
    static let catalogue = [
        up, ejected, ejections, circuit, circuitOpenings, connections, inFlight, waiting, refused, retries,
        retriesRefused,
    ]

    private static let up = Metric(
        "cryptodesk_gateway_upstream_up", .gauge, "1 while the instance passes its health checks.",
        labels: ["upstream", "instance"])
    private static let ejected = Metric(
        "cryptodesk_gateway_upstream_ejected", .gauge,
        "1 while the instance is ejected for its failures, or is tried again.", labels: ["upstream", "instance"])
    private static let ejections = Metric(
        "cryptodesk_gateway_upstream_ejections_total", .counter, "How often the instance was ejected.",
        labels: ["upstream", "instance"])
    private static let circuit = Metric(
        "cryptodesk_gateway_upstream_circuit_state", .gauge,
        "1 for the state that the service's circuit breaker is in, 0 for the others.", labels: ["upstream", "state"])
    private static let circuitOpenings = Metric(
        "cryptodesk_gateway_upstream_circuit_openings_total", .counter,
        "How often the service's circuit breaker has opened.", labels: ["upstream"])
    private static let connections = Metric(
        "cryptodesk_gateway_upstream_connections", .gauge, "Open connections to the service, `idle` or `leased`.",
        labels: ["upstream", "state"])
    private static let inFlight = Metric(
        "cryptodesk_gateway_upstream_requests_in_flight", .gauge, "Requests that are at the service.",
        labels: ["upstream"])
    private static let waiting = Metric(
        "cryptodesk_gateway_upstream_requests_waiting", .gauge, "Requests that wait for their turn in the queue.",
        labels: ["upstream"])
    private static let refused = Metric(
        "cryptodesk_gateway_upstream_requests_refused_total", .counter, "Requests that found no place in the queue.",
        labels: ["upstream"])
    private static let retries = Metric(
        "cryptodesk_gateway_upstream_retries_total", .counter, "Requests that were sent again.", labels: ["upstream"])
    private static let retriesRefused = Metric(
        "cryptodesk_gateway_upstream_retries_refused_total", .counter,
        "Requests that could have been sent again, but for the retry budget.", labels: ["upstream"])

    private static let states: [CircuitBreaker.State] = [.closed, .open, .halfOpen]

    static func families(_ upstreams: [UpstreamSnapshot]) -> [MetricFamily] {
        let instances = upstreams.flatMap { upstream in
            upstream.instances.map { (labels: [upstream.name.rawValue, $0.endpoint.description], instance: $0) }
        }
        func pools(_ count: (UpstreamPoolSnapshot) -> Int) -> [MetricSample] {
            upstreams.map { MetricSample([$0.name.rawValue], count: count($0.pool)) }
        }
        return [
            up(instances.map { MetricSample($0.labels, count: $0.instance.health == .healthy ? 1 : 0) }),
            ejected(instances.map { MetricSample($0.labels, count: $0.instance.circuit == .closed ? 0 : 1) }),
            ejections(instances.map { MetricSample($0.labels, count: $0.instance.ejections) }),
            circuit(
                upstreams.flatMap { upstream in
                    states.map {
                        MetricSample([upstream.name.rawValue, $0.rawValue], count: upstream.circuit == $0 ? 1 : 0)
                    }
                }),
            circuitOpenings(upstreams.map { MetricSample([$0.name.rawValue], count: $0.circuitOpenings) }),
            connections(
                upstreams.flatMap { upstream in
                    let (name, pool) = (upstream.name.rawValue, upstream.pool)
                    return [
                        MetricSample([name, "idle"], count: pool.idleConnections),
                        MetricSample([name, "leased"], count: pool.connections - pool.idleConnections),
                    ]
                }),
            inFlight(pools(\.requests)), waiting(pools(\.waiting)), refused(pools(\.refused)),
            retries(pools(\.retries)), retriesRefused(pools(\.retriesRefused)),
        ]
    }
}
