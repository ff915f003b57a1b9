import Crypto
import JSON

/// The rules by which a token of the application that is migrated from is believed: HS256 with its one secret, and nothing else,
/// whatever the header says; a pure function of the token, the secret and the time.
///
/// Source: RFC 7515, RFC 7519 and RFC 8725 (best practices).
package struct LegacyTokenValidator: Sendable {
    /// The longest `sub` that is looked at, in bytes: that of an e-mail address (RFC 5321).
    package static let longestSubject = 254
    private static let algorithm = "HS256"

    private let key: SymmetricKey

    package init(_ keys: LegacyTokenKeys) { key = SymmetricKey(data: keys.own) }

    /// Whether a token calls itself one of that application's. Ours are RS256, so no token is both.
    package static func isMeant(by token: String) -> Bool {
        guard token.utf8.count <= CompactSignature.maximumLength,
            let end = token.utf8.firstIndex(of: UInt8(ascii: ".")),
            let bytes = Base64URL.decode(token.utf8[..<end]), let header = CompactSignature.object(bytes)
        else { return false }
        return header["alg"]?.string == algorithm
    }

    /// - Parameter now: seconds since 1970.
    /// - Throws: `AuthenticationError.invalid`.
    package func validate(_ token: String, now: Int) throws(AuthenticationError) -> LegacyToken {
        let parts = try CompactSignature(token)
        try Self.check(parts.header)
        // In constant time.
        guard HMAC<SHA256>.isValidAuthenticationCode(parts.signature, authenticating: parts.signingInput, using: key)
        else { throw .invalid(reason: "wrong signature") }
        guard let claims = CompactSignature.object(parts.payload) else {
            throw .invalid(reason: "the claims are no JSON object")
        }
        return try Self.read(claims, now: now)
    }

    /// There is one key, and it has no name: a token that names one is meant for another, be it ours or the bridge's.
    private static func check(_ header: JSONObject) throws(AuthenticationError) {
        guard header["alg"]?.string == algorithm else { throw .invalid(reason: "alg is not HS256") }
        guard header["typ"] == nil || header["typ"]?.string?.uppercased() == "JWT" else {
            throw .invalid(reason: "typ is not JWT")
        }
        guard header["kid"] == nil else { throw .invalid(reason: "kid names a key") }
        guard header["crit"] == nil, header["b64"] == nil else { throw .invalid(reason: "unknown extensions") }
    }

    private static func read(_ claims: JSONObject, now: Int) throws(AuthenticationError) -> LegacyToken {
        guard let expiresAt = claims["exp"]?.integer else { throw .invalid(reason: "no exp") }
        guard expiresAt > now else { throw .invalid(reason: "expired") }
        if let notBefore = claims["nbf"] {
            guard let time = notBefore.integer, time <= now else { throw .invalid(reason: "nbf is in the future") }
        }
        // RFC 7519, section 4.1.3: who does not know itself in it must refuse the token.
        guard claims["aud"] == nil else { throw .invalid(reason: "it is for an audience") }
        guard let subject = claims["sub"]?.string, (1...longestSubject).contains(subject.utf8.count),
            !subject.utf8.contains(0)
        else { throw .invalid(reason: "no sub") }
        return LegacyToken(subject: subject, expiresAt: expiresAt)
    }
}
