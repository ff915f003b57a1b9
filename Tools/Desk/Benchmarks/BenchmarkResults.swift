import FoundationEssentials

/// The folder that keeps what the benchmarks measured last.
struct BenchmarkResults {
    private let folder: String

    init(_ installation: Installation) { folder = installation.repository + "/Benchmarks/results" }

    /// - Returns: the report as JSON, as it was written.
    func write(_ report: some Encodable, as name: String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let text = String(decoding: try encoder.encode(report), as: UTF8.self)
        try write(text + "\n", to: name + ".json")
        return text
    }

    func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }
}
