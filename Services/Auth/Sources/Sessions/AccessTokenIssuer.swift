package import Authentication
import Crypto

/// Makes access tokens for sessions.
package struct AccessTokenIssuer: Sendable {
    private let signer: AccessTokenSigner
    /// In seconds.
    package let lifetime: Int
    /// Seconds since 1970.
    package let now: @Sendable () -> Int

    package init(signer: AccessTokenSigner, lifetime: Int, now: @escaping @Sendable () -> Int) {
        self.signer = signer
        self.lifetime = lifetime
        self.now = now
    }

    /// A new access token with an id of its own.
    ///
    /// - Parameters:
    ///   - scopes: how far it reaches when it stands for an API key.
    ///   - lifetime: in seconds, where it is shorter than that of others.
    ///   - end: when it expires at the latest, in seconds since 1970.
    package func issue(
        _ standing: AccountStanding, sessionID: String, scopes: Set<AccessScope>? = nil, lifetime: Int = .max,
        until end: Int? = nil
    ) async throws -> String {
        let issuedAt = now()
        let expiresAt = min(issuedAt + min(lifetime, self.lifetime), end ?? .max)
        return try await signer.sign(
            AccessToken(
                userID: standing.userID, tokenID: Self.makeTokenID(), sessionID: sessionID, epoch: standing.epoch,
                role: standing.role, issuedAt: issuedAt, expiresAt: expiresAt, scopes: scopes))
    }

    /// 128 random bits.
    private static func makeTokenID() -> String {
        SymmetricKey(size: .bits128).withUnsafeBytes { Base64URL.encode($0) }
    }

    /// When every access token that was signed until now has expired, in seconds since 1970: with a minute to spare, in
    /// case clocks differ.
    package var lastExpiry: Int { now() + lifetime + 60 }
}
