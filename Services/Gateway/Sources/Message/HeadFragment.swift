import NIOHTTP1

/// The bytes among which the decoder gave a head up, for telling what was wrong with it.
package struct HeadFragment {
    /// What a request line holds besides the URI, with room for the longest method, in bytes.
    private static let restOfRequestLine = 32

    private let lines: [ArraySlice<UInt8>]
    private let partial: PartialLine

    /// - Parameter partial: the line that had begun before these bytes.
    package init(_ bytes: some Collection<UInt8>, continuing partial: PartialLine = PartialLine()) {
        lines = Array(bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
        self.partial = partial
    }

    /// Whether a request line is too long for its URI to be within the limit.
    package func hasLongRequestLine(over limit: Int) -> Bool {
        lines.enumerated().contains { index, bytes in
            var line = index == 0 ? partial : PartialLine()
            line.append(rest: bytes)
            return line.kind == .request && line.length > limit + Self.restOfRequestLine
        }
    }

    /// Whether there is a complete request line whose method is a token (RFC 9110 §9.1) and no known method.
    package var hasUnknownMethod: Bool { lines.contains(where: Self.hasUnknownMethod) }

    private static func hasUnknownMethod(_ line: ArraySlice<UInt8>) -> Bool {
        let version = line.suffix(9)
        guard version.elementsEqual(" HTTP/1.1".utf8) || version.elementsEqual(" HTTP/1.0".utf8) else { return false }
        let rest = line.dropLast(9)
        let method = rest.prefix { $0 != UInt8(ascii: " ") }
        guard !method.isEmpty, method.count < rest.count - 1, method.allSatisfy(isTokenCharacter) else { return false }
        if case .RAW = HTTPMethod(rawValue: String(decoding: method, as: UTF8.self)) { return true }
        return false
    }

    /// RFC 9110 §5.6.2.
    static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
