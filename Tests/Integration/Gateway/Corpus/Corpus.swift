import Foundation
import Testing

/// The messages in the text files of a folder beside this file.
enum Corpus {
    /// Requests by theme.
    static func requests() throws -> [[CorpusEntry]] { try entries(in: "requests") }

    /// Answers of a broken or hostile upstream.
    static func answers() throws -> [CorpusEntry] { try entries(in: "answers").flatMap { $0 } }

    /// The themes, for the arguments of a test.
    static let themes = [
        "accepted", "chunks", "codings", "connections", "hosts", "lengths", "lines", "request-lines", "sizes",
        "targets",
    ]

    static func theme(_ name: String) throws -> [CorpusEntry] {
        try read(folder("requests").appending(path: name + ".txt"))
    }

    private static func folder(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
    }

    private static func entries(in name: String) throws -> [[CorpusEntry]] {
        try FileManager.default.contentsOfDirectory(at: folder(name), includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "txt" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map(read)
    }

    private static func read(_ file: URL) throws -> [CorpusEntry] {
        let name = file.deletingPathExtension().lastPathComponent
        var (entries, lines) = ([CorpusEntry](), [Substring]())
        func finish() throws {
            guard lines.first?.hasPrefix("===") == true else { return }
            entries.append(try CorpusEntry(file: name, lines: lines))
        }
        let text = try String(contentsOf: file, encoding: .utf8)
        let content = text.hasSuffix("\n") ? text.dropLast() : text[...]
        for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("=== ") {
                try finish()
                lines = []
            }
            lines.append(line)
        }
        try finish()
        return entries
    }
}
