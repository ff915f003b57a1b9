package import PrometheusMetrics

// The names under which a gateway tells of its streams.
extension StreamCounters {
    package static let metrics = [openMetric, eventsMetric, resyncsMetric, slowMetric, endedMetric, refusedMetric]

    private static let openMetric = Metric(
        "cryptodesk_gateway_streams", .gauge, "Event streams (WebSockets) that are open.")
    private static let eventsMetric = Metric(
        "cryptodesk_gateway_stream_events_total", .counter,
        "Events that were handed to clients, one for each stream that got it.")
    private static let resyncsMetric = Metric(
        "cryptodesk_gateway_stream_resyncs_total", .counter, "How often a client was told to read everything again.")
    private static let slowMetric = Metric(
        "cryptodesk_gateway_stream_slow_consumers_total", .counter,
        "Event streams that were closed because their client did not read.")
    private static let endedMetric = Metric(
        "cryptodesk_gateway_stream_sessions_ended_total", .counter,
        "Event streams that were closed because their session had ended.")
    private static let refusedMetric = Metric(
        "cryptodesk_gateway_streams_refused_total", .counter, "Event streams over a limit on how many there may be.")

    package func families() -> [MetricFamily] {
        [
            Self.openMetric(count: open.value), Self.eventsMetric(count: eventsSent.value),
            Self.resyncsMetric(count: resyncs.value), Self.slowMetric(count: slowConsumers.value),
            Self.endedMetric(count: sessionsEnded.value), Self.refusedMetric(count: refused.value),
        ]
    }
}
