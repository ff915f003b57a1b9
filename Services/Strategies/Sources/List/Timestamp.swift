/// A time as this API writes it (RFC 3339 in UTC, up to microseconds), checked and kept as text.
package struct Timestamp: Hashable, Sendable {
    package let text: String

    /// `nil` for anything but `YYYY-MM-DDThh:mm:ss[.ffffff]Z` with a date that exists.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (20...27).contains(bytes.count), bytes.last == UInt8(ascii: "Z"), bytes.count != 21 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        func has(_ byte: Unicode.Scalar, at position: Int) -> Bool { bytes[position] == UInt8(ascii: byte) }
        guard has("-", at: 4), has("-", at: 7), has("T", at: 10), has(":", at: 13), has(":", at: 16),
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19),
            year >= 1, (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day), hour < 24,
            minute < 60, second < 60
        else { return nil }
        if bytes.count > 20 { guard has(".", at: 19), number(20..<bytes.count - 1) != nil else { return nil } }
        self.text = text
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
