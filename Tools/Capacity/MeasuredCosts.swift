package import FoundationEssentials

/// What one request of the authenticated list cost, by part of the cluster, in one run of `desk bench`.
package struct MeasuredCosts: Hashable, Sendable {
    /// As `desk bench` names the path.
    package let path: String
    package let commit: String
    /// Of the machine that held all parts and the load generator.
    package let cores: Int
    /// Microseconds of CPU a request; the instances of one part together.
    package let microseconds: [CapacityPart: Double]
    /// Megabytes of one process.
    package let memory: [CapacityPart: Double]
    package let requestsPerSecond: Double
    package let p99: Double

    /// All parts together, with the load generator, which shared the cores.
    package var total: Double { microseconds.values.reduce(0, +) }

    /// The paths of ours in the file that `desk bench` writes (`Benchmarks/results/list.json`).
    ///
    /// - Throws: `DecodingError` for a file of another form.
    package static func read(_ json: Data) throws -> [MeasuredCosts] {
        let report = try JSONDecoder().decode(Report.self, from: json)
        return report.paths.filter { $0.name.hasPrefix("CryptoDesk") }.map { path in
            MeasuredCosts(
                path: path.name, commit: report.commit, cores: report.cores,
                microseconds: byPart(path.figures.cpu, +), memory: byPart(path.figures.memory, max),
                requestsPerSecond: path.figures.requestsPerSecond, p99: path.figures.p99 ?? 0)
        }
    }

    private static func byPart(
        _ values: [String: Double], _ combine: (Double, Double) -> Double
    ) -> [CapacityPart: Double] {
        var parts: [CapacityPart: Double] = [:]
        for (process, value) in values {
            guard let part = CapacityPart(process: process) else { continue }
            parts[part] = parts[part].map { combine($0, value) } ?? value
        }
        return parts
    }

    private struct Report: Decodable {
        struct Path: Decodable {
            let name: String
            let figures: Figures
        }

        struct Figures: Decodable {
            let cpu: [String: Double]
            let memory: [String: Double]
            let requestsPerSecond: Double
            let p99: Double?

            enum CodingKeys: String, CodingKey {
                case cpu = "cpu_us_per_request"
                case memory = "memory_mb"
                case requestsPerSecond = "requests_per_second"
                case p99 = "p99_ms"
            }
        }

        let commit: String
        let cores: Int
        let paths: [Path]
    }
}
