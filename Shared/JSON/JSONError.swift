/// Why a text is not accepted as JSON, and at which byte.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case unexpectedEnd
        case unexpectedByte
        case trailingBytes
        case malformedNumber
        case malformedString
        case malformedUTF8
        case duplicateMember(String)
        case tooDeep
    }

    package let reason: Reason
    /// Counted from 0.
    package let offset: Int

    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String {
        switch reason {
        case .unexpectedEnd: "the JSON text ends too early, at byte \(offset)"
        case .unexpectedByte: "an unexpected character at byte \(offset)"
        case .trailingBytes: "more text after the JSON value, at byte \(offset)"
        case .malformedNumber: "a malformed number at byte \(offset)"
        case .malformedString: "a malformed string at byte \(offset)"
        case .malformedUTF8: "bytes that are not UTF-8, at byte \(offset)"
        case .duplicateMember(let name): "the member \"\(name)\" occurs twice, at byte \(offset)"
        case .tooDeep: "nested too deeply, at byte \(offset)"
        }
    }
}
