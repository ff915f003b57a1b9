/// One thing that is wrong with a scenario's file, and where.
package struct ScenarioProblem: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    /// Counts from 1; `nil` when the file as a whole is meant.
    package let line: Int?
    /// Such as `arrival.rate` or `targets[1]`; empty for the file as a whole.
    package let key: String
    /// What is wrong, without a full stop.
    package let message: String

    /// `browse.yaml:12: arrival.rate: "lots" is not a rate such as 500/s`
    package var description: String {
        file + (line.map { ":\($0)" } ?? "") + ": " + (key.isEmpty ? "" : "\(key): ") + message
    }
}

/// Why a scenario is not taken: everything that is wrong with its file, in the order of its lines.
package struct ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    package let problems: [ScenarioProblem]

    init(_ problems: [ScenarioProblem]) {
        self.problems = problems.enumerated()
            .sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }
            .map(\.element)
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
