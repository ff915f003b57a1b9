/// What one gateway did under load, and what that cost.
struct GatewayFigures: Codable {
    var requestsPerSecond: Double
    /// Milliseconds.
    var p50: Double
    var p99: Double
    /// Answers that were not what was asked for.
    var wrong: Int
    /// Processor time a request in microseconds, by process.
    var processorMicroseconds: [String: Double]
    var redisCommandsPerRequest: Double

    enum CodingKeys: String, CodingKey {
        case requestsPerSecond = "requests_per_second"
        case p50 = "p50_ms"
        case p99 = "p99_ms"
        case wrong
        case processorMicroseconds = "cpu_us_per_request"
        case redisCommandsPerRequest = "redis_commands_per_request"
    }

    /// The median of each figure; of wrong answers all.
    static func medians(of rounds: [GatewayFigures]) -> GatewayFigures {
        func median(_ figure: (GatewayFigures) -> Double) -> Double { rounds.map(figure).median }
        let processes = Set(rounds.flatMap(\.processorMicroseconds.keys))
        return GatewayFigures(
            requestsPerSecond: median(\.requestsPerSecond), p50: median(\.p50), p99: median(\.p99),
            wrong: rounds.reduce(0) { $0 + $1.wrong },
            processorMicroseconds: Dictionary(
                uniqueKeysWithValues: processes.map { name in
                    (name, median { $0.processorMicroseconds[name] ?? 0 })
                }),
            redisCommandsPerRequest: median(\.redisCommandsPerRequest))
    }
}

/// A run of the gateway's benchmark.
struct GatewayReport: Codable {
    let date: String
    let cores: Int
    let connections: Int
    let rounds: Int
    let seconds: Int
    let ours: GatewayFigures
    let nginxLua: GatewayFigures
    let ratioToNginxLua: Double

    enum CodingKeys: String, CodingKey {
        case date, cores, connections, rounds, seconds, ours
        case nginxLua = "nginx_lua"
        case ratioToNginxLua = "ratio_to_nginx_lua"
    }

    /// For people.
    var table: String {
        let rows = [("CryptoDesk", ours), ("nginx + Lua + Redis", nginxLua)].map { name, figures in
            [
                name, Self.text(figures.requestsPerSecond, 0), Self.text(figures.p50, 2), Self.text(figures.p99, 2),
                figures.processorMicroseconds.sorted { $0.key < $1.key }
                    .map { "\($0.key) \(Self.text($0.value, 1))" }.joined(separator: ", "),
                Self.text(figures.redisCommandsPerRequest, 3), "\(figures.wrong)",
            ]
        }
        let header = [
            "gateway", "requests/s", "p50 ms", "p99 ms", "CPU µs a request", "Redis commands a request", "wrong",
        ]
        let lines = ([header] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
        let rule = "|" + header.map { _ in "---|" }.joined()
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
            + "\n\nRequests/s against nginx + Lua + Redis: \(Self.text(ratioToNginxLua, 2))×"
    }

    private static func text(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return digits == 0 ? "\(Int(rounded))" : "\(rounded)"
    }
}
