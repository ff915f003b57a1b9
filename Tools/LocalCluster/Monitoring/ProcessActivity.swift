/// How one process has been between two readings; its JSON is what `desk top --json` prints.
package struct ProcessActivity: Codable, Hashable, Sendable {
    package enum State: String, Codable, Sendable {
        case ready
        /// It runs, and cannot do its work.
        case unready = "not ready"
        case down
    }

    package let name: String
    package let state: State
    package let role: String?
    /// Requests a second; for Redis commands of the services a second.
    package let rate: Double?
    /// In milliseconds.
    package let p50: Double?
    package let p99: Double?
    /// Percent of one core.
    package let cpu: Double
    package let memory: Double
    /// Of a PostgreSQL standby, in milliseconds.
    package let lag: Double?

    private enum CodingKeys: String, CodingKey {
        case name, state, role, cpu
        case rate = "requests_per_second"
        case p50 = "p50_ms"
        case p99 = "p99_ms"
        case memory = "rss_mb"
        case lag = "lag_ms"
    }

    private static let histograms = [
        "cryptodesk_gateway_request_duration_seconds", "cryptodesk_http_request_duration_seconds",
    ]
    private static let redisCommands = "cryptodesk_redis_commands_total"

    /// All processes of the later reading.
    package static func between(_ earlier: ClusterReading, _ later: ClusterReading) -> [ProcessActivity] {
        let seconds = (later.time - earlier.time).asSeconds
        let commands = later.metrics.reduce(0.0) { sum, entry in
            let now = entry.value.sum(redisCommands) ?? 0
            let before = earlier.metrics[entry.key]?.sum(redisCommands) ?? now
            // A process that has started anew counts from zero again.
            return sum + (now >= before ? now - before : now)
        }
        return later.processes.map { process in
            let requests = histogram(of: process.name, later)?.since(
                histogram(of: process.name, earlier) ?? LatencyHistogram(cumulative: [:]))
            let count = process.name == "redis" ? commands : requests?.count
            return ProcessActivity(process, count: count, over: seconds, latencies: requests)
        }
    }

    private static func histogram(of process: String, _ reading: ClusterReading) -> LatencyHistogram? {
        guard let samples = reading.metrics[process] else { return nil }
        return histograms.map { samples.histogram($0) }.reduce(LatencyHistogram(cumulative: [:])) { $0.adding($1) }
    }

    private init(_ process: ProcessStatus, count: Double?, over seconds: Double, latencies: LatencyHistogram?) {
        name = process.name
        state = process.pid == nil ? .down : process.ready ? .ready : .unready
        role = process.replication?.role.rawValue
        rate = seconds > 0 ? count.map { Self.rounded($0 / seconds) } : nil
        p50 = latencies?.quantile(0.5).map { Self.rounded($0 * 1000) }
        p99 = latencies?.quantile(0.99).map { Self.rounded($0 * 1000) }
        cpu = process.cpu
        memory = process.residentMegabytes
        lag = process.replication?.role == .standby ? process.replication?.lagMilliseconds : nil
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
