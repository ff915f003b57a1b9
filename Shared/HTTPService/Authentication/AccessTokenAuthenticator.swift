package import Authentication

/// Decides whether an access token is good now.
package protocol AccessTokenAuthenticator: Sendable {
    /// - Throws: `AuthenticationError`: the token is not valid, is revoked, or neither can be known now.
    func authenticate(_ token: String) async throws(AuthenticationError) -> AccessToken
}

/// Verifies the signature and claims, by the cache where it can, and looks at the revocations that the process knows.
package struct RevocableTokenAuthenticator: AccessTokenAuthenticator {
    private let verifier: TokenVerifier
    private let revocations: RevocationWatch

    package init(verifier: TokenVerifier, revocations: RevocationWatch) {
        self.verifier = verifier
        self.revocations = revocations
    }

    package func authenticate(_ token: String) async throws(AuthenticationError) -> AccessToken {
        let accessToken: AccessToken
        if let cached = verifier.cached(token) {
            accessToken = cached
        } else {
            accessToken = try await verifier.verify(token)
        }
        guard try await !revocations.isRevoked(accessToken) else { throw .revoked }
        return accessToken
    }
}
