package import Authentication

/// How the two sides of a migration know each other's users: it verifies the monolith's tokens, and makes those that the
/// monolith takes from us.
package final class IdentityBridge: Sendable {
    private let verifier: LegacyTokenVerifier
    private let signer: BridgeTokenSigner

    package init(_ keys: LegacyTokenKeys) {
        verifier = LegacyTokenVerifier(keys)
        signer = BridgeTokenSigner(keys)
    }

    /// - Parameter now: seconds since 1970, as everywhere here.
    func cached(_ token: String, now: Int) -> LegacyToken? { verifier.cached(token, now: now) }

    /// Whether it is for the monolith's secret to decide about a token.
    func isMeant(by token: String) -> Bool { LegacyTokenValidator.isMeant(by: token) }

    /// - Throws: `AuthenticationError.invalid`.
    func verify(_ token: String, now: Int) throws(AuthenticationError) -> LegacyToken {
        try verifier.verify(token, now: now)
    }

    /// A token by which the monolith knows a user of ours.
    func token(for account: LegacyAccount, now: Int) -> String { signer.sign(account, now: now) }
}
