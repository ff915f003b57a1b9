/// How single values of a configuration file are written.
enum ConfigurationValue {
    /// `500ms`, `5s` or `2m`.
    static func duration(_ text: String) -> Duration? {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000)]
        guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
            let count = digits(text.dropLast(unit.count)), (1...3_600_000).contains(Int64(count) * factor)
        else { return nil }
        return .milliseconds(Int64(count) * factor)
    }

    /// `64KB`, `10MB` or a plain number of bytes.
    static func bytes(_ text: String) -> Int? {
        let units = [("KB", 1024), ("MB", 1024 * 1024)]
        let (unit, factor) = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        guard let count = digits(text.dropLast(unit.count)) else { return nil }
        return count * factor
    }

    static func count(_ text: String) -> Int? {
        digits(text[...]).flatMap { $0 >= 1 ? $0 : nil }
    }

    /// A name that may stand in a log line, a key in Redis and a header field: small letters, digits, and `.`, `-`, `_`.
    static func name(_ text: String) -> String? {
        let isName = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isName && (1...64).contains(text.utf8.count) ? text : nil
    }

    /// A number of at most nine digits without a sign.
    private static func digits(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
