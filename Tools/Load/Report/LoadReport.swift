/// A run as it is kept: `--json` prints it, `desk load compare` reads two of them.
package struct LoadReport: Sendable, Hashable, Codable {
    package struct Percentile: Sendable, Hashable, Codable {
        package let percent: Double
        package let milliseconds: Double

        enum CodingKeys: String, CodingKey {
            case percent
            case milliseconds = "ms"
        }
    }

    package let scenario: String
    package let description: String
    package let url: String
    /// RFC 3339.
    package let date: String
    package let arrival: String
    package let users: Int
    package let threads: Int
    /// That were measured, without the ramp.
    package let seconds: Double
    package let total: OperationFigures
    package let operations: [OperationFigures]
    /// How many of each kind.
    package let errors: [String: Int]
    /// Requests that were sent more than 10 ms after they were due.
    package let late: Int
    package let results: [TargetResult]
    package let percentiles: [Percentile]
    package let intervals: [IntervalFigures]
    package let processes: [ProcessFigures]
    /// Of the load test itself, for a request.
    package let processorMicroseconds: Double

    enum CodingKeys: String, CodingKey {
        case scenario, description, url, date, arrival, users, threads, seconds, total, operations, errors, late
        case percentiles, intervals, processes
        case results = "targets"
        case processorMicroseconds = "load_cpu_us_per_request"
    }

    package var isMet: Bool { results.allSatisfy(\.isMet) }
}
