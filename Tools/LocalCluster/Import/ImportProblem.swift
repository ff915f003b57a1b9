/// What is wrong with one line of a file of accounts.
package struct ImportProblem: Error, Encodable, Equatable, Sendable {
    /// From 1 on.
    package let line: Int
    package let reasons: [String]

    /// As a person reads it.
    package var text: String { "line \(line): " + reasons.joined(separator: "; ") }
}
