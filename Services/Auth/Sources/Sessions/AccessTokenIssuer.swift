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
    package func issue(_ standing: AccountStanding, sessionID: String) async throws -> String {
        let issuedAt = now()
        return try await signer.sign(
            AccessToken(
                userID: standing.userID, tokenID: Self.makeTokenID(), sessionID: sessionID, epoch: standing.epoch,
                role: standing.role, issuedAt: issuedAt, expiresAt: issuedAt + lifetime))
    }

    /// 128 random bits.
    private static func makeTokenID() -> String {
        SymmetricKey(size: .bits128).withUnsafeBytes { Base64URL.encode($0) }
    }

    /// When every access token that was signed until now has expired, in seconds since 1970: with a minute to spare, in
    /// case clocks differ.
    package var lastExpiry: Int { now() + lifetime + 60 }
}
