import JSON

/// Signs access tokens (RFC 9068: `typ` is `at+jwt`), each with the key of its own time.
package struct AccessTokenSigner: Sendable {
    /// By seconds since 1970.
    private let key: @Sendable (Int) -> SigningKey
    private let issuer: String
    private let audience: String

    package init(keys: SigningKeySet, issuer: String, audience: String) {
        self.init(key: { keys.signer(at: $0) }, issuer: issuer, audience: audience)
    }

    /// Follows a folder of keys as it changes.
    package init(keys: SigningKeys, issuer: String, audience: String) {
        self.init(key: { keys.signer(at: $0) }, issuer: issuer, audience: audience)
    }

    private init(key: @escaping @Sendable (Int) -> SigningKey, issuer: String, audience: String) {
        self.key = key
        self.issuer = issuer.jsonEscaped
        self.audience = audience.jsonEscaped
    }

    /// The token in its compact form. It costs one RSA private-key operation, most of a millisecond.
    package func sign(_ token: AccessToken) async throws -> String {
        let key = self.key(token.issuedAt)
        let header = "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"\(key.publicKey.keyID)\"}"
        let scope = token.scopes.map { "\"scope\":\"\($0.map(\.rawValue).sorted().joined(separator: " "))\"," } ?? ""
        let claims =
            "{\"iss\":\(issuer),\"aud\":\(audience),\"sub\":\"\(token.userID)\",\"jti\":\(token.tokenID.jsonEscaped),"
            + "\"sid\":\(token.sessionID.jsonEscaped),\"ep\":\(token.epoch),\"role\":\"\(token.role.rawValue)\","
            + scope + "\"iat\":\(token.issuedAt),\"exp\":\(token.expiresAt)}"
        let input = Base64URL.encode(header.utf8) + "." + Base64URL.encode(claims.utf8)
        return try input + "." + Base64URL.encode(key.signature(of: Array(input.utf8)))
    }
}
