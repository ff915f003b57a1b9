package import APIContract

/// What a new password must be.
package struct PasswordRules: Sendable {
    package static let length = 8...128
    /// bcrypt looks at no more.
    package static let maximumBytes = 72

    private let common: CommonPasswords

    package init(common: CommonPasswords = .none) { self.common = common }

    /// Every rule that a password breaks, each an item of its own.
    ///
    /// - Parameter email: the account's address, whose name the password must not be.
    package func violations(
        of password: String, email: String, at location: [String] = ["body", "password"]
    ) -> [FieldError] {
        let scalars = password.unicodeScalars
        var errors: [FieldError] = []
        func fail(_ rule: String, _ message: String) {
            errors.append(FieldError(location, message, type: "value_error.password.\(rule)"))
        }
        if password.utf8.contains(0) { fail("nul", "the character U+0000 is not permitted") }
        if scalars.count < Self.length.lowerBound {
            fail("too_short", "the password must have at least \(Self.length.lowerBound) characters")
        }
        if scalars.count > Self.length.upperBound {
            fail("too_long", "the password must have at most \(Self.length.upperBound) characters")
        }
        if password.utf8.count > Self.maximumBytes {
            fail("too_many_bytes", "the password must have at most \(Self.maximumBytes) bytes in UTF-8")
        }
        if !scalars.contains(where: { $0.properties.generalCategory == .uppercaseLetter }) {
            fail("uppercase", "the password must contain an upper-case letter")
        }
        if !scalars.contains(where: { $0.properties.generalCategory == .decimalNumber }) {
            fail("digit", "the password must contain a digit")
        }
        if Self.isName(of: email, password) {
            fail("email", "the password must not be the name in the e-mail address")
        }
        if common.contains(password) {
            fail("common", "the password is one of the most common")
        }
        return errors
    }

    private static func isName(of email: String, _ password: String) -> Bool {
        guard !email.isEmpty, !password.isEmpty else { return false }
        let (email, password) = (email.lowercased(), password.lowercased())
        return password == email || password[...] == email.prefix { $0 != "@" }
    }
}
