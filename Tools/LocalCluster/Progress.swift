import Glibc

/// What a cluster's starter is told: a line for each step, with the time that it took.
package struct Progress: Sendable {
    private let output: @Sendable (String) -> Void

    /// - Parameter output: takes one line, without its line feed.
    package init(output: @escaping @Sendable (String) -> Void) { self.output = output }

    /// Lines on standard output, at once also when that is a file.
    package static let standardOutput = Progress { line in
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }

    /// The same lines for somebody else as well.
    func and(_ other: @escaping @Sendable (String) -> Void) -> Progress {
        Progress { line in
            output(line)
            other(line)
        }
    }

    package func write(_ text: String) { output(text) }

    package func say(_ line: String) { output("  " + line) }

    /// Runs a step, and says that it is done. The step gives its own words, or `nil` when there is nothing to say.
    package func step(_ body: () async throws -> String?) async throws {
        let start = ContinuousClock.now
        guard let words = try await body() else { return }
        let time = (ContinuousClock.now - start).inSeconds
        let gap = String(repeating: " ", count: max(1, 68 - words.count - time.count))
        output("  \(words)\(gap)\(time)")
    }
}

extension Duration {
    /// With two digits after the point: `0.25 s`.
    package var inSeconds: String {
        let hundredths = components.seconds * 100 + components.attoseconds / 10_000_000_000_000_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }
}
