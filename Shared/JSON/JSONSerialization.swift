extension JSONValue {
    /// The value as a JSON text without white space.
    package func serialized() -> String {
        var text = ""
        append(to: &text)
        return text
    }

    private func append(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let number): text += number
        case .string(let string): string.appendJSONEscaped(to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.append(to: &text)
            }
            text += "]"
        case .object(let object):
            text += "{"
            for (index, member) in object.members.enumerated() {
                if index > 0 { text += "," }
                member.name.appendJSONEscaped(to: &text)
                text += ":"
                member.value.append(to: &text)
            }
            text += "}"
        }
    }
}

extension String {
    /// This string as a JSON string, quotation marks included.
    package var jsonEscaped: String {
        var text = ""
        text.reserveCapacity(utf8.count + 2)
        appendJSONEscaped(to: &text)
        return text
    }

    fileprivate func appendJSONEscaped(to text: inout String) {
        text += "\""
        if utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += self
        } else {
            for scalar in unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case "\n": text += "\\n"
                case "\r": text += "\\r"
                case "\t": text += "\\t"
                case "\u{0}"..<"\u{20}":
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
