package import APIContract

/// The OAuth2 password form (RFC 6749, section 4.3.2). `scope`, `client_id` and what else it may hold are ignored.
package struct LoginForm: Sendable {
    package let username: String
    package let password: String

    /// - Throws: ``APIError`` 422 with an item for each field that is missing, repeated or not supported.
    package init(_ form: FormBody) throws(APIError) {
        var errors: [FieldError] = []
        func one(_ name: String) -> String? {
            let values = form.values(name)
            if values.count > 1 {
                errors.append(FieldError(["body", name], "the field occurs twice", type: "value_error.repeated"))
            }
            return values.first
        }
        func required(_ name: String) -> String {
            if let value = one(name) { return value }
            errors.append(FieldError(["body", name], "field required", type: "value_error.missing"))
            return ""
        }
        username = required("username")
        password = required("password")
        if let grant = one("grant_type"), grant != "password" {
            errors.append(
                FieldError(["body", "grant_type"], "value must be password", type: "value_error.grant_type"))
        }
        guard errors.isEmpty else { throw APIError.validation(errors) }
    }
}
