import Synchronization

/// Verifies tokens of the application that is migrated from, and remembers those that it verified.
package final class LegacyTokenVerifier: Sendable {
    private let validator: LegacyTokenValidator
    private let verified = Mutex(RecentValues<String, LegacyToken>(capacity: 10_000))

    package init(_ keys: LegacyTokenKeys) { validator = LegacyTokenValidator(keys) }

    /// A token that was verified before and has not expired.
    ///
    /// - Parameter now: seconds since 1970.
    package func cached(_ text: String, now: Int) -> LegacyToken? {
        verified.withLock { $0.value(for: text) }.flatMap { $0.expiresAt > now ? $0 : nil }
    }

    /// Never waits: an HMAC takes about a microsecond.
    ///
    /// - Throws: `AuthenticationError.invalid`.
    package func verify(_ text: String, now: Int) throws(AuthenticationError) -> LegacyToken {
        let token = try validator.validate(text, now: now)
        verified.withLock { $0.insert(token, for: text) }
        return token
    }
}
