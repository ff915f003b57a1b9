import Documents

/// Reads values out of a scenario's file.
struct ScenarioReader: DocumentReader {
    let file: String
    var problems: [DocumentProblem] = []

    init(file: String) { self.file = file }

    /// - Parameter expected: what the value must be, as the end of a sentence.
    mutating func value<Value>(_ node: DocumentNode?, _ expected: String, _ parse: (String) -> Value?) -> Value? {
        guard let node, let text = scalar(node) else { return nil }
        guard let value = parse(text) else {
            report(node, "\"\(text)\" is not \(expected)")
            return nil
        }
        return value
    }

    mutating func count(_ node: DocumentNode?, _ range: ClosedRange<Int>) -> Int? {
        value(node, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func duration(_ node: DocumentNode?) -> Duration? {
        value(node, "a time such as 500ms, 30s, 10m or 2h, of a day at most", ScenarioValue.duration)
    }
}
