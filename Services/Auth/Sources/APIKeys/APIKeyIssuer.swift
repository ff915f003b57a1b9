package import Authentication

/// Exchanges an API key for the access token that stands for it.
package struct APIKeyIssuer: Sendable {
    private let repository: APIKeyRepository
    private let issuer: AccessTokenIssuer

    /// In seconds. `last_used_at` is about so exact, and a key's scopes never change: a longer one would only save signatures.
    package static let lifetime = 300

    package init(repository: APIKeyRepository, issuer: AccessTokenIssuer) {
        self.repository = repository
        self.issuer = issuer
    }

    /// - Returns: nil for a key that is not good.
    /// - Throws: `PostgresError`.
    package func token(for key: APIKey) async throws -> String? {
        guard let usage = try await repository.use(key) else { return nil }
        return try await issuer.issue(
            usage.standing, sessionID: usage.sessionID, scopes: usage.scopes, lifetime: Self.lifetime,
            until: usage.expiresAt)
    }
}
