package import APIContract

/// Reads the query parameters of a request strictly: what is unknown, repeated or malformed is refused.
package struct QueryValidator: Sendable {
    private var values: [(name: String, value: String)] = []
    private var known: Set<String> = []
    private(set) package var errors: [FieldError] = []

    /// - Parameter query: what follows the question mark, percent-encoded; `+` is a space.
    /// - Throws: ``APIError`` 400 for an encoding that is malformed or no UTF-8.
    package init(_ query: String?) throws(APIError) {
        guard let query, !query.isEmpty else { return }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = parts.count > 1 ? Self.decode(parts[1]) : "" else {
                throw APIError.malformed("The query is not well-formed")
            }
            if values.contains(where: { $0.name == name }) {
                errors.append(FieldError(["query", name], "the parameter occurs twice", type: "value_error.repeated"))
            }
            values.append((name, value))
        }
    }

    /// The parameter as it is, or `nil` when it is absent or empty; the name counts as known from now on.
    package mutating func value(_ name: String) -> String? {
        known.insert(name)
        return values.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// The parameter as it is, also when it is empty: for what cannot be an empty text, such as a number.
    package mutating func given(_ name: String) -> String? {
        known.insert(name)
        return values.first { $0.name == name }?.value
    }

    package mutating func fail(_ name: String, _ message: String, type: String) {
        errors.append(FieldError(["query", name], message, type: type))
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let text = given(name) else { return fallback }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text)
        else {
            fail(name, "an integer is expected", type: "type_error.integer")
            return fallback
        }
        guard range.contains(number) else {
            let message = "ensure this value is between \(range.lowerBound) and \(range.upperBound)"
            fail(name, message, type: "value_error.number.range")
            return fallback
        }
        return number
    }

    package mutating func text(_ name: String, length: ClosedRange<Int>) -> String? {
        guard let text = value(name) else { return nil }
        if let error = TextRule.violation(of: text, at: ["query", name], length: length) {
            errors.append(error)
            return nil
        }
        return text
    }

    package mutating func choice(_ name: String, of words: [String]) -> String? {
        guard let word = given(name) else { return nil }
        guard words.contains(word) else {
            fail(name, "value must be one of \(words.joined(separator: ", "))", type: "value_error.enum")
            return nil
        }
        return word
    }

    /// Ends the reading.
    ///
    /// - Throws: ``APIError`` 422 with an item for each failure and for each parameter that nobody asked for.
    package mutating func finish() throws(APIError) {
        for name in values.map(\.name) where !known.contains(name) {
            fail(name, "unknown parameter", type: "value_error.extra")
            if errors.count >= 100 { break }
        }
        guard errors.isEmpty else { throw APIError.validation(errors) }
    }

    /// `nil` for a malformed percent-encoding (RFC 3986 §2.1) and for bytes that are no UTF-8.
    private static func decode(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
