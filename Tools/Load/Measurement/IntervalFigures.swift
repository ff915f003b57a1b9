/// About a second of a run.
package struct IntervalFigures: Sendable, Hashable, Codable {
    /// Its end, from the beginning of the run.
    package let second: Double
    package let isRamp: Bool
    /// Right answers, and those a second.
    package let answers: Int
    package let rate: Double
    package let errors: Int
    /// In milliseconds; 0 when nothing was answered.
    package let p50, p99, maximum: Double
    /// Of one core, by process.
    package let processorPercent: [String: Double]
    package let megabytes: [String: Double]

    enum CodingKeys: String, CodingKey {
        case second, answers, rate, errors
        case isRamp = "ramp"
        case p50 = "p50_ms"
        case p99 = "p99_ms"
        case maximum = "max_ms"
        case processorPercent = "cpu_percent"
        case megabytes = "memory_mb"
    }
}

/// A server's process during a run.
package struct ProcessFigures: Sendable, Hashable, Codable {
    package let name: String
    /// In seconds.
    package let processorTime: Double
    /// The most it held.
    package let megabytes: Double

    enum CodingKeys: String, CodingKey {
        case name
        case processorTime = "cpu_seconds"
        case megabytes = "memory_mb"
    }
}
