package import PrometheusMetrics

extension RedisClient {
    package static let metrics = [upMetric, commandsMetric]

    private static let upMetric = Metric(
        "cryptodesk_redis_up", .gauge, "1 while every connection to Redis (state) is open and signed in.")
    private static let commandsMetric = Metric(
        "cryptodesk_redis_commands_total", .counter,
        "Commands for Redis (state), signs of life and those that failed included.")

    package func families() -> [MetricFamily] {
        [Self.upMetric(count: isReady ? 1 : 0), Self.commandsMetric(count: commandCount)]
    }
}
