import Testing

/// One message of the corpus, as raw bytes, and what must become of it. The folder's README tells the form of the files.
struct CorpusEntry: Sendable, CustomTestStringConvertible {
    let file: String
    let title: String
    /// The statuses of the answers; empty where the connection ends without one.
    let statuses: [Int]
    /// An answer begins and is cut off.
    let isCutOff: Bool
    /// Whether the connection ends after the last answer.
    let closes: Bool
    /// Lines that the head on the other side holds.
    let present: [String]
    /// What none of its lines begins with.
    let absent: [String]
    let bytes: [UInt8]

    var testDescription: String { "\(file): \(title)" }

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// Statuses after which nothing more can be read from a connection.
    private static let closing: Set<Int> = [400, 408, 413, 414, 417, 431, 501]

    /// - Parameter lines: the one that begins with `===`, and those up to the next.
    init(file: String, lines: [Substring]) throws {
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count == 3 else { throw Malformed(description: "\(file): \(lines[0])") }
        let isMarked = words[1].hasSuffix("!")
        let outcome = isMarked ? words[1].dropLast() : words[1]
        self.file = file
        title = String(words[2])
        isCutOff = outcome == "cut"
        statuses = outcome == "close" || isCutOff ? [] : outcome.split(separator: ",").compactMap { Int($0) }
        closes = isMarked || statuses.last.map(Self.closing.contains) ?? false
        let rest = lines.dropFirst()
        present = rest.filter { $0.hasPrefix("+++ ") }.map { String($0.dropFirst(4)) }
        absent = rest.filter { $0.hasPrefix("--- ") }.map { String($0.dropFirst(4)) }
        let content = rest.drop { $0.hasPrefix("+++ ") || $0.hasPrefix("--- ") }
        bytes = try content.flatMap { line in
            if line == "@" { return Array("Host: a\r\nAuthorization: Bearer token-1\r\n".utf8) }
            let isOpen = line.reversed().prefix { $0 == "\\" }.count % 2 == 1
            return try Self.unescaped(isOpen ? line.dropLast() : line) + (isOpen ? [] : Array("\r\n".utf8))
        }
    }

    // MARK: Escapes

    private static func unescaped(_ text: Substring) throws -> [UInt8] {
        var (bytes, rest) = ([UInt8](), text)
        while let character = rest.popFirst() {
            guard character == "\\" else {
                bytes += Array(String(character).utf8)
                continue
            }
            switch rest.popFirst() {
            case "r": bytes.append(0x0D)
            case "n": bytes.append(0x0A)
            case "t": bytes.append(0x09)
            case "0": bytes.append(0)
            case "\\": bytes.append(UInt8(ascii: "\\"))
            case "x":
                guard let byte = UInt8(rest.prefix(2), radix: 16) else { throw malformed(text) }
                bytes.append(byte)
                rest = rest.dropFirst(2)
            case "(":
                guard let end = rest.firstRange(of: "*"), let close = rest[end.upperBound...].firstIndex(of: ")"),
                    let count = Int(rest[end.upperBound..<close])
                else { throw malformed(text) }
                let repeated = try unescaped(rest[..<end.lowerBound])
                bytes += repeatElement(repeated, count: count).flatMap { $0 }
                rest = rest[rest.index(after: close)...]
            default: throw malformed(text)
            }
        }
        return bytes
    }

    private static func malformed(_ text: Substring) -> Malformed {
        Malformed(description: "This cannot be read: \(text)")
    }
}
