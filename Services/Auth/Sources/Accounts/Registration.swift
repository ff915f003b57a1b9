import APIContract
package import Accounts
import HTTPService
package import JSON

/// The body of `POST /register`, with every rule kept.
package struct Registration: Sendable {
    package let email: EmailAddress
    package let password: String
    package let fullName: String

    /// - Throws: ``APIError`` 422 with an item for each rule that is broken.
    package init(validating object: JSONObject, rules: PasswordRules) throws {
        var body = ObjectValidator(object)
        let email = Self.email(&body)
        let password = Self.password(&body, email: object["email"]?.string ?? "", rules)
        fullName = body.string("full_name", length: FullName.length)
        try body.finish()
        guard let email, let password else { throw APIError.validation(body.errors) }
        self.email = email
        self.password = password
    }

    private static func email(_ body: inout ObjectValidator) -> EmailAddress? {
        guard let value = body.requiredValue("email") else { return nil }
        guard let text = value.string else {
            body.fail("email", "a string is expected", type: "type_error.string")
            return nil
        }
        guard let email = EmailAddress(text) else {
            body.fail("email", "value is not a valid email address", type: "value_error.email")
            return nil
        }
        return email
    }

    private static func password(
        _ body: inout ObjectValidator, email: String, _ rules: PasswordRules
    ) -> String? {
        guard let value = body.requiredValue("password") else { return nil }
        guard let text = value.string else {
            body.fail("password", "a string is expected", type: "type_error.string")
            return nil
        }
        for error in rules.violations(of: text, email: email) {
            body.fail("password", error.message, type: error.type)
        }
        return text
    }
}
