/// How many digits a JSON number has once it is written without an exponent.
package struct NumberDigits: Hashable, Sendable {
    package let integer: Int
    package let fraction: Int
    private let isNegative: Bool

    /// Bytes of the number in full, with its sign and point.
    package var written: Int { (isNegative ? 1 : 0) + integer + (fraction > 0 ? fraction + 1 : 0) }

    /// - Parameter text: a number as JSON writes it (RFC 8259 §6).
    /// - Returns: `nil` for an exponent beyond a million, which nothing stores.
    package init?(_ text: String) {
        var (integer, fraction) = (0, 0)
        var isFraction = false
        var exponent = 0
        var isZero = true
        let bytes = text.utf8
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let value = Int(text[bytes.index(after: index)...]), abs(value) <= 1_000_000 else { return nil }
                exponent = value
                index = bytes.endIndex
                continue
            case UInt8(ascii: "-"): break
            case let digit:
                if digit != UInt8(ascii: "0") { isZero = false }
                if isFraction { fraction += 1 } else { integer += 1 }
            }
            index = bytes.index(after: index)
        }
        isNegative = text.hasPrefix("-")
        // Nothing times any power of ten is still written as one zero.
        self.integer = isZero ? 1 : max(1, integer + exponent)
        self.fraction = max(0, fraction - exponent)
    }
}
