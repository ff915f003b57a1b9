import Foundation

/// A page of `docs/guide`: its shell commands in their order, each with the output that stands behind it.
struct GuidePage {
    struct Step {
        /// Where the commands begin in the page.
        let line: Int
        let commands: String
        /// `…` stands for anything; nil where the page shows none.
        let output: String?

        func accepts(_ printed: String) -> Bool {
            guard let output else { return true }
            return Self.matches(printed.trimmed, pattern: output.trimmed)
        }

        /// The parts between the ellipses must come in this order, the first at the beginning and the last at the end.
        private static func matches(_ text: String, pattern: String) -> Bool {
            let parts = pattern.components(separatedBy: "…")
            guard let first = parts.first, let last = parts.last, text.hasPrefix(first) else { return false }
            guard parts.count > 1 else { return text == pattern }
            var rest = text.dropFirst(first.count)
            for part in parts.dropFirst().dropLast() where !part.isEmpty {
                guard let range = rest.range(of: part) else { return false }
                rest = rest[range.upperBound...]
            }
            return rest.hasSuffix(last)
        }
    }

    let name: String
    let steps: [Step]

    init(_ text: String, name: String) {
        self.name = name
        var steps: [Step] = []
        var (language, start, lines): (String?, Int, [Substring]) = (nil, 0, [])
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if language == nil, line.hasPrefix("```") {
                (language, start, lines) = (String(line.dropFirst(3)), index + 2, [])
            } else if let kind = language, line == "```" {
                let block = lines.joined(separator: "\n")
                if kind == "sh" {
                    steps.append(Step(line: start, commands: block, output: nil))
                } else if kind == "output", let last = steps.popLast() {
                    steps.append(Step(line: last.line, commands: last.commands, output: block))
                }
                language = nil
            } else {
                lines.append(line)
            }
        }
        self.steps = steps
    }

    private static var documentation: URL {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "docs")
    }

    /// A page beside the guide.
    static func page(_ name: String) throws -> GuidePage {
        GuidePage(try String(contentsOf: documentation.appending(path: name), encoding: .utf8), name: name)
    }

    /// Every page of the guide.
    static func all() throws -> [GuidePage] {
        let folder = documentation.appending(path: "guide")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }.sorted()
            .map { name in
                GuidePage(try String(contentsOf: folder.appending(path: name), encoding: .utf8), name: name)
            }
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
