package import JSON

/// What a strategy's `parameters` must keep to, beyond being a JSON object.
package enum ParametersRule {
    package static let maximumBytes = 64 * 1024
    package static let maximumDepth = 32
    /// The most digits after the point that PostgreSQL's `numeric` keeps (manual §8.1.2).
    package static let maximumFractionDigits = 16_383

    package struct Violation: Hashable, Sendable {
        package let message: String
        package let type: String
    }

    package static func violations(of parameters: JSONValue) -> [Violation] {
        var measure = Measure()
        measure.visit(parameters, depth: 0)
        var violations: [Violation] = []
        if measure.bytes > maximumBytes {
            violations.append(
                Violation(message: "ensure this object takes at most 64 KB as JSON", type: "value_error.json.size"))
        }
        if measure.depth > maximumDepth {
            violations.append(
                Violation(message: "ensure this object is nested at most 32 deep", type: "value_error.json.depth"))
        }
        if measure.hasNUL {
            violations.append(Violation(message: "the character U+0000 is not permitted", type: "value_error.nul"))
        }
        if measure.hasUnstorableNumber {
            violations.append(Violation(message: "a number is out of range", type: "value_error.number.range"))
        }
        return violations
    }

    /// One walk over a value.
    private struct Measure {
        var bytes = 0
        var depth = 0
        var hasNUL = false
        var hasUnstorableNumber = false

        mutating func visit(_ value: JSONValue, depth level: Int) {
            switch value {
            case .null: bytes += 4
            case .bool(let value): bytes += value ? 4 : 5
            case .number(let text): visit(number: text)
            case .string(let string): visit(string: string)
            case .array(let elements):
                depth = max(depth, level + 1)
                bytes += 2 + max(0, elements.count - 1)
                for element in elements { visit(element, depth: level + 1) }
            case .object(let object):
                depth = max(depth, level + 1)
                bytes += 2 + max(0, object.members.count - 1)
                for member in object.members {
                    visit(string: member.name)
                    bytes += 1
                    visit(member.value, depth: level + 1)
                }
            }
        }

        private mutating func visit(string: String) {
            bytes += 2
            for byte in string.utf8 {
                switch byte {
                case 0: hasNUL = true
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: bytes += 2
                case 0..<0x20: bytes += 6
                default: bytes += 1
                }
            }
        }

        /// `jsonb` writes a number out in full: the nine bytes of `1e100000` come back as a hundred thousand.
        private mutating func visit(number text: String) {
            guard let digits = NumberDigits(text) else {
                hasUnstorableNumber = true
                return
            }
            bytes += digits.written
            if digits.fraction > maximumFractionDigits { hasUnstorableNumber = true }
        }
    }
}
