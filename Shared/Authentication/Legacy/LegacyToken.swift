import Crypto

/// What a token of the application that is migrated from says, after it was verified.
package struct LegacyToken: Sendable, Hashable {
    /// `sub`: the user as that application names them, letter by letter; the user's e-mail address in most.
    package let subject: String
    /// `exp`, in seconds since 1970; the token is refused from this second on.
    package let expiresAt: Int

    package init(subject: String, expiresAt: Int) {
        self.subject = subject
        self.expiresAt = expiresAt
    }

    /// Stands for the user in keys of limits: 16 letters that say nothing and break nothing.
    package var limitKey: String {
        Base64URL.encode(SHA256.hash(data: Array(subject.utf8)).prefix(12))
    }
}
