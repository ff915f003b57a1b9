import JSON

/// What became of the lines of a file so far.
struct ImportSummary {
    private(set) var lines = 0
    private(set) var created = 0
    /// Lines that were wrong, or that the database could not take.
    private(set) var failures: [(line: Int, message: String)] = []
    private(set) var failed = 0
    /// The last line of which it is known what became of it, with all before it.
    var last = 0
    /// Why there is no more.
    var problem: String?

    private static let keptFailures = 1000

    mutating func add(_ result: JSONObject, offset: Int) {
        lines += 1
        if result["status"]?.integer == 201 {
            created += 1
            return
        }
        failed += 1
        guard failures.count < Self.keptFailures else { return }
        let detail = result["detail"].map(APIRefusal.text) ?? result["code"]?.string ?? ""
        failures.append((offset + (result["line"]?.integer ?? 0), detail))
    }

    var text: String { "\(lines) lines: \(created) created, \(failed) refused" }

    /// For programs.
    var json: String {
        let failures = failures.map { failure in
            JSONValue.object(JSONObject(["line": .number("\(failure.line)"), "message": .string(failure.message)]))
        }
        return JSONValue.object(
            JSONObject([
                "lines": .number("\(lines)"), "created": .number("\(created)"), "refused": .number("\(failed)"),
                "complete_to_line": .number("\(last)"), "failures": .array(failures),
                "problem": problem.map { .string($0) } ?? .null,
            ])
        ).serialized()
    }
}
