package import Authentication

/// How the data plane learns what an access token says.
package struct AccessTokenSource: Sendable {
    /// A token that was verified before and still holds; never waits.
    package let cached: @Sendable (String) -> AccessToken?
    /// - Throws: `AuthenticationError`.
    package let verify: @Sendable (String) async throws -> AccessToken
    /// The tokens that stand for API keys; nil where those are not taken.
    package let apiKeys: APIKeyTokens?
    /// Who users of a monolith are here, and the other way round; nil where that is not asked.
    package let legacy: LegacyIdentities?

    package init(
        cached: @escaping @Sendable (String) -> AccessToken?,
        verify: @escaping @Sendable (String) async throws -> AccessToken, apiKeys: APIKeyTokens? = nil,
        legacy: LegacyIdentities? = nil
    ) {
        self.cached = cached
        self.verify = verify
        self.apiKeys = apiKeys
        self.legacy = legacy
    }

    package init(_ verifier: TokenVerifier, apiKeys: APIKeyTokens, legacy: LegacyIdentities) {
        self.init(
            cached: { verifier.cached($0) }, verify: { try await verifier.verify($0) }, apiKeys: apiKeys, legacy: legacy
        )
    }
}
