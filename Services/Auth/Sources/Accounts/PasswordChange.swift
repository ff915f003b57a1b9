import APIContract
import HTTPService
package import JSON

/// The body of `POST /password`.
package struct PasswordChange: Sendable {
    package let current: String
    package let new: String

    /// What a password given as proof may be long: its rules are those of the day on which it was set.
    package static let givenLength = 1...1024

    /// - Throws: ``APIError`` 422 with an item for each member that is wrong.
    package init(validating object: JSONObject) throws {
        var body = ObjectValidator(object)
        current = body.string("current_password", length: Self.givenLength)
        new = body.string("new_password", length: Self.givenLength)
        try body.finish()
    }

    /// Looks at the new password's rules, which need to know whose it is.
    ///
    /// - Throws: ``APIError`` 422 with an item for each rule that is broken.
    package func check(email: String, rules: PasswordRules) throws {
        let errors = rules.violations(of: new, email: email, at: ["body", "new_password"])
        guard errors.isEmpty else { throw APIError.validation(errors) }
    }
}
