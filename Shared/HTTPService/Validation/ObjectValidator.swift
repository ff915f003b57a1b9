package import APIContract
package import JSON

/// Reads the members of a JSON object and collects everything that is wrong with them, each failure its own item.
///
/// A reading that fails answers a harmless value; `finish()` throws then, so that value is never used:
///
///     var body = ObjectValidator(try await request.jsonObject())
///     let name = body.string("full_name", length: 1...200)
///     let note = body.optionalString("note", length: 0...1000)
///     try body.finish()
package struct ObjectValidator: Sendable {
    private let object: JSONObject
    private let location: [String]
    private var known: Set<String> = []
    private(set) package var errors: [FieldError] = []

    /// - Parameter location: the way to the object, for `loc`.
    package init(_ object: JSONObject, at location: [String] = ["body"]) {
        self.object = object
        self.location = location
    }

    /// Adds a failure of one's own rule to a member.
    package mutating func fail(_ name: String, _ message: String, type: String) {
        errors.append(FieldError(location + [name], message, type: type))
    }

    /// The member as it is, or `nil` when it is absent; the name counts as known from now on.
    package mutating func value(_ name: String) -> JSONValue? {
        known.insert(name)
        return object[name]
    }

    /// A member that must be there and not null; `nil` after a failure.
    package mutating func requiredValue(_ name: String) -> JSONValue? {
        guard let value = value(name) else {
            fail(name, "field required", type: "value_error.missing")
            return nil
        }
        guard !value.isNull else {
            fail(name, "none is not an allowed value", type: "type_error.none")
            return nil
        }
        return value
    }

    /// A string that must be there. Length in Unicode scalars, as PostgreSQL counts.
    package mutating func string(_ name: String, length: ClosedRange<Int>) -> String {
        requiredValue(name).map { text($0, at: [name], length: length) } ?? ""
    }

    /// A string that may be absent or null.
    package mutating func optionalString(_ name: String, length: ClosedRange<Int>) -> String? {
        guard let value = value(name), !value.isNull else { return nil }
        return text(value, at: [name], length: length)
    }

    /// A list of strings; `fallback` when it is absent.
    package mutating func strings(
        _ name: String, count: ClosedRange<Int>, length: ClosedRange<Int>, default fallback: [String] = []
    ) -> [String] {
        guard let value = value(name) else { return fallback }
        guard let elements = value.array else {
            fail(name, "a list is expected", type: "type_error.list")
            return []
        }
        guard count.contains(elements.count) else {
            fail(
                name, "ensure this list has \(count.lowerBound) to \(count.upperBound) items",
                type: "value_error.list.size")
            return []
        }
        return elements.enumerated().map { text($1, at: [name, String($0)], length: length) }
    }

    /// One of a list of words; `fallback` when it is absent, and required where there is no fallback.
    package mutating func choice(_ name: String, of words: [String], default fallback: String? = nil) -> String {
        if let fallback, value(name) == nil { return fallback }
        guard let value = requiredValue(name) else { return "" }
        guard let word = value.string, words.contains(word) else {
            fail(name, "value must be one of \(words.joined(separator: ", "))", type: "value_error.enum")
            return ""
        }
        return word
    }

    /// Ends the reading.
    ///
    /// - Throws: ``APIError`` 422 with an item for each failure and for each member that nobody asked for.
    package mutating func finish() throws(APIError) {
        for name in object.names where !known.contains(name) {
            fail(name, "extra fields not permitted", type: "value_error.extra")
            if errors.count >= 100 { break }
        }
        guard errors.isEmpty else { throw APIError.validation(errors) }
    }

    private mutating func text(_ value: JSONValue, at path: [String], length: ClosedRange<Int>) -> String {
        guard let string = value.string else {
            errors.append(FieldError(location + path, "a string is expected", type: "type_error.string"))
            return ""
        }
        if let error = TextRule.violation(of: string, at: location + path, length: length) { errors.append(error) }
        return string
    }
}
