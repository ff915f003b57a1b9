import Foundation
import JSON
import TestSupport

/// `Tests/Traces/collector.py`, which decodes spans by OpenTelemetry's own Python package.
final class TraceCollector: Sendable {
    struct Span {
        let traceID, id, parentID, name, kind, status, service: String
        let attributes, resource: JSONObject

        init?(_ line: Substring) {
            guard let span = (try? JSONValue(parsing: line.utf8))?.object, let resource = span["resource"]?.object,
                let attributes = span["attributes"]?.object
            else { return nil }
            func text(_ name: String) -> String { span[name]?.string ?? "" }
            (traceID, id, parentID) = (text("trace_id"), text("span_id"), text("parent_id"))
            (name, kind, status) = (text("name"), text("kind"), text("status"))
            service = resource["service.name"]?.string ?? ""
            self.attributes = attributes
            self.resource = resource
        }
    }

    let url: String
    private let process: Process
    private let input: Pipe
    private let file: URL

    private init(url: String, process: Process, input: Pipe, file: URL) {
        self.url = url
        self.process = process
        self.input = input
        self.file = file
    }

    /// Returns once it listens.
    static func start() async throws -> TraceCollector {
        var repository = URL(filePath: #filePath)
        for _ in 0..<4 { repository.deleteLastPathComponent() }
        let file = FileManager.default.temporaryDirectory.appending(path: "cryptodesk-spans-\(UUID().uuidString).jsonl")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = repository.appending(path: ".build/trace-tests/bin/python")
        process.arguments = [repository.appending(path: "Tests/Traces/collector.py").path, file.path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.filter(\.isNumber)) else {
            throw ClusterUnderTest.Failed(description: "The collector does not start: \(line)")
        }
        return TraceCollector(url: "http://127.0.0.1:\(port)", process: process, input: input, file: file)
    }

    /// A JSON object a line.
    var text: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    var spans: [Span] { text.split(separator: "\n").compactMap(Span.init) }

    func stop() async {
        try? input.fileHandleForWriting.close()
        _ = try? await eventually { !process.isRunning }
    }
}
