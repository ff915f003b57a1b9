package import APIContract

/// What every text of the API must keep to.
package enum TextRule {
    /// The first rule that a text breaks, if any: no NUL, which PostgreSQL cannot store, and a length in Unicode scalars.
    package static func violation(of text: String, at location: [String], length: ClosedRange<Int>) -> FieldError? {
        guard !text.utf8.contains(0) else {
            return FieldError(location, "the character U+0000 is not permitted", type: "value_error.nul")
        }
        let count = text.unicodeScalars.count
        if count < length.lowerBound {
            let message = "ensure this value has at least \(length.lowerBound) characters"
            return FieldError(location, message, type: "value_error.str.min_length")
        }
        if count > length.upperBound {
            let message = "ensure this value has at most \(length.upperBound) characters"
            return FieldError(location, message, type: "value_error.str.max_length")
        }
        return nil
    }
}
