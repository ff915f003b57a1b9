/// A JSON text (RFC 8259) as a value that loses nothing: numbers keep their text, members their order.
///
/// Clients' documents pass through us into PostgreSQL; a decoder that turns numbers into `Double` would change them.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number's own text, such as `1.50` or `12345678901234567890`.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    package var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }
    package var string: String? { if case .string(let string) = self { string } else { nil } }
    package var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    /// The number as an integer, when it is written as one and fits.
    package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    package var isNull: Bool { self == .null }

    /// How deep arrays and objects are nested: 0 for a plain value, 1 for `{}` or `[]`.
    package var depth: Int {
        switch self {
        case .null, .bool, .number, .string: 0
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
        }
    }

    /// This value changed by a merge patch (RFC 7396 §2): members of `patch` replace, `null` removes.
    package func merging(patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        let removed = changes.members.lazy.filter(\.value.isNull).map(\.name)
        var result = (object ?? JSONObject()).removing(removed)
        for member in changes.members where !member.value.isNull {
            result[member.name] = (result[member.name] ?? .null).merging(patch: member.value)
        }
        return .object(result)
    }
}
