import JSON

/// The rules by which an access token is believed; a pure function of the token, the keys and the time.
///
/// Source: RFC 9068 (profile), RFC 8725 (best practices), RFC 7515 and RFC 7519.
package struct AccessTokenValidator: Sendable {
    package let issuer: String
    package let audience: String

    /// By how much the clock of who signed may be ahead of ours, in seconds. `exp` has no leeway.
    private static let clockSkew = 30

    package init(issuer: String, audience: String) {
        self.issuer = issuer
        self.audience = audience
    }

    package enum Outcome: Sendable, Equatable {
        case valid(AccessToken)
        /// Nothing else is known to be wrong: a key of this name may have been published since.
        case unknownKey(String)
    }

    /// - Parameter now: seconds since 1970.
    /// - Throws: `AuthenticationError.invalid`.
    package func validate(_ token: String, keys: JSONWebKeySet, now: Int) throws(AuthenticationError) -> Outcome {
        let parts = try CompactSignature(token)
        let keyID = try checkHeader(parts.header)
        guard let key = keys[keyID] else { return .unknownKey(keyID) }
        guard key.verifies(parts.signature, of: parts.signingInput) else { throw .invalid(reason: "wrong signature") }
        guard let claims = CompactSignature.object(parts.payload) else {
            throw .invalid(reason: "the claims are no JSON object")
        }
        return .valid(try readClaims(claims, now: now))
    }

    /// `jku`, `jwk`, `x5u` and `x5c` are not looked at: a token does not say which key to trust.
    private func checkHeader(_ header: JSONObject) throws(AuthenticationError) -> String {
        guard header["alg"]?.string == "RS256" else { throw .invalid(reason: "alg is not RS256") }
        guard header["typ"]?.string?.lowercased() == "at+jwt" else { throw .invalid(reason: "typ is not at+jwt") }
        guard header["crit"] == nil, header["b64"] == nil else { throw .invalid(reason: "unknown extensions") }
        guard let keyID = header["kid"]?.string else { throw .invalid(reason: "no kid") }
        // The length of a SHA-256 thumbprint: a name of another length was never published.
        guard keyID.utf8.count == 43 else { throw .invalid(reason: "kid is no thumbprint") }
        return keyID
    }

    private func readClaims(_ claims: JSONObject, now: Int) throws(AuthenticationError) -> AccessToken {
        guard claims["iss"]?.string == issuer else { throw .invalid(reason: "wrong iss") }
        guard isForUs(claims["aud"]) else { throw .invalid(reason: "wrong aud") }
        guard let expiresAt = claims["exp"]?.integer, let issuedAt = claims["iat"]?.integer else {
            throw .invalid(reason: "no exp or iat")
        }
        guard expiresAt > now else { throw .invalid(reason: "expired") }
        guard issuedAt <= now + Self.clockSkew else { throw .invalid(reason: "iat is in the future") }
        if let notBefore = claims["nbf"] {
            guard let time = notBefore.integer, time <= now + Self.clockSkew else {
                throw .invalid(reason: "nbf is in the future")
            }
        }
        guard let subject = claims["sub"]?.string, let userID = Int(subject), userID > 0, String(userID) == subject,
            let tokenID = Self.identifier(claims["jti"]), let sessionID = Self.identifier(claims["sid"]),
            let epoch = claims["ep"]?.integer, epoch >= 0,
            let role = claims["role"]?.string.flatMap(Role.init(rawValue:))
        else { throw .invalid(reason: "a claim is missing or malformed") }
        return AccessToken(
            userID: userID, tokenID: tokenID, sessionID: sessionID, epoch: epoch, role: role, issuedAt: issuedAt,
            expiresAt: expiresAt, scopes: try Self.scopes(claims["scope"]))
    }

    /// Words that we do not know give nothing; a token with the claim is never good for everything.
    private static func scopes(_ claim: JSONValue?) throws(AuthenticationError) -> Set<AccessScope>? {
        guard let claim else { return nil }
        guard let text = claim.string else { throw .invalid(reason: "scope is no text") }
        return Set(text.split(separator: " ").compactMap { AccessScope(rawValue: String($0)) })
    }

    /// `aud` is a string or a list of strings (RFC 7519, section 4.1.3).
    private func isForUs(_ claim: JSONValue?) -> Bool {
        switch claim {
        case .string(let name): name == audience
        case .array(let names): names.contains(.string(audience))
        default: false
        }
    }

    /// `jti` and `sid` become parts of Redis keys: 1 to 64 letters, digits, `-` and `_`.
    private static func identifier(_ claim: JSONValue?) -> String? {
        guard let text = claim?.string, (1...64).contains(text.utf8.count) else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isPlain ? text : nil
    }
}
