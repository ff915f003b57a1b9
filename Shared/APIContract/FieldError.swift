/// One item of a 422 answer: where the value stands, what is wrong with it, and a stable name of the rule.
package struct FieldError: Hashable, Sendable {
    /// The way to the value, such as `["body", "email"]` or `["query", "limit"]`.
    package let location: [String]
    /// One sentence for a person.
    package let message: String
    /// The rule's stable name, such as `value_error.email`.
    package let type: String

    package init(_ location: [String], _ message: String, type: String) {
        self.location = location
        self.message = message
        self.type = type
    }
}
