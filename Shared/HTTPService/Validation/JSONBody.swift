package import APIContract
package import JSON
package import NIOCore

/// Bytes that a client sent as JSON.
package enum JSONBody {
    /// - Throws: ``APIError`` 400 `malformed_json`, or 422 for what is well formed and no object or exceeds ``BodyLimit``.
    package static func object(_ text: ByteBuffer) throws(APIError) -> JSONObject {
        let bytes = text.readableBytesView
        guard separators(in: bytes) <= BodyLimit.values else { throw tooMuch("too many values in the body", "values") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, maximumDepth: BodyLimit.depth)
        } catch {
            if error.reason == .tooDeep { throw tooMuch("the body is nested too deeply", "depth") }
            throw APIError.malformed("The body is not well-formed JSON: \(error)", code: .malformedJSON)
        }
        guard case .object(let object) = value else {
            throw APIError.validation([FieldError(["body"], "a JSON object is expected", type: "type_error.object")])
        }
        return object
    }

    private static func tooMuch(_ message: String, _ rule: String) -> APIError {
        .validation([FieldError(["body"], message, type: "value_error.json.\(rule)")])
    }

    /// The commas and opening brackets outside of strings: no text has more values than one more than these.
    private static func separators(in bytes: ByteBufferView) -> Int {
        var (count, isInString, isEscaped) = (0, false, false)
        for byte in bytes {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): count += 1
                default: break
                }
            }
        }
        return count
    }
}
