/// What one way to the list did under load, and what that cost.
struct PathFigures: Codable {
    let requestsPerSecond: Double
    /// Milliseconds; none where the load generator tells none.
    let p50: Double?
    let p99: Double?
    /// Answers that were not what was asked for.
    let wrong: Int
    /// Processor time a request in microseconds, by process.
    let processorMicroseconds: [String: Double]
    /// Resident memory at the end, by process.
    let megabytes: [String: Double]

    enum CodingKeys: String, CodingKey {
        case requestsPerSecond = "requests_per_second"
        case p50 = "p50_ms"
        case p99 = "p99_ms"
        case wrong
        case processorMicroseconds = "cpu_us_per_request"
        case megabytes = "memory_mb"
    }

    /// The median of each figure; of wrong answers all.
    static func medians(of rounds: [PathFigures]) -> PathFigures {
        func medians(_ figure: (PathFigures) -> [String: Double]) -> [String: Double] {
            let names = Set(rounds.flatMap { figure($0).keys })
            return Dictionary(
                uniqueKeysWithValues: names.map { name in
                    (name, rounds.map { figure($0)[name] ?? 0 }.median)
                })
        }
        func median(_ figure: (PathFigures) -> Double?) -> Double? {
            let values = rounds.compactMap(figure)
            return values.isEmpty ? nil : values.median
        }
        return PathFigures(
            requestsPerSecond: rounds.map(\.requestsPerSecond).median, p50: median(\.p50), p99: median(\.p99),
            wrong: rounds.reduce(0) { $0 + $1.wrong }, processorMicroseconds: medians(\.processorMicroseconds),
            megabytes: medians(\.megabytes))
    }
}
