/// One thing that is wrong with a YAML document, and where.
package struct DocumentProblem: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    /// Counts from 1; `nil` when the file as a whole is meant.
    package let line: Int?
    /// Such as `policies.user.limit` or `routes[3].cost`; empty for the file as a whole.
    package let key: String
    /// What is wrong, without a full stop.
    package let message: String

    package init(file: String, line: Int?, key: String, message: String) {
        self.file = file
        self.line = line
        self.key = key
        self.message = message
    }

    /// `gateway.yaml:12: policies.user.limit: "lots" is not a rate`.
    package var description: String {
        file + (line.map { ":\($0)" } ?? "") + ": " + (key.isEmpty ? "" : "\(key): ") + message
    }
}

/// Why a document is not taken: everything that is wrong with it, in the order of its lines.
package struct DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    package let problems: [DocumentProblem]

    package init(_ problems: [DocumentProblem]) {
        self.problems = problems.enumerated()
            .sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
            .map(\.element)
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
