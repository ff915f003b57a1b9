import FoundationEssentials
import Load
import LocalCluster

/// A run's report as JSON.
enum LoadReportFile {
    static func text(_ report: LoadReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self)
    }

    /// - Throws: ``ClusterError`` for what is no such file.
    static func read(_ path: String) throws -> LoadReport {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClusterError("\(path) cannot be read.")
        }
        do {
            return try JSONDecoder().decode(LoadReport.self, from: data)
        } catch {
            throw ClusterError("\(path) is no report of a load test: desk load --json prints one.")
        }
    }
}
