/// What an access token says, after it was verified or before it is signed.
package struct AccessToken: Sendable, Hashable {
    /// The longest that one may be good for, in seconds.
    package static let longestLifetime = 86_400

    /// `sub`.
    package var userID: Int
    /// `jti`: what a revocation names, since a token's bytes may be written in more than one way.
    package var tokenID: String
    /// `sid`: the session that the token belongs to, which is its family of refresh tokens.
    package var sessionID: String
    /// `ep`: the user's epoch at the time of signing; tokens of an earlier epoch are refused.
    package var epoch: Int
    package var role: Role
    /// `iat`, in seconds since 1970.
    package var issuedAt: Int
    /// `exp`, in seconds since 1970; the token is refused from this second on.
    package var expiresAt: Int
    /// `scope` (RFC 9068, section 2.2.3): how far a token reaches that stands for an API key; nil for a session's.
    package var scopes: Set<AccessScope>?

    package init(
        userID: Int, tokenID: String, sessionID: String, epoch: Int, role: Role, issuedAt: Int, expiresAt: Int,
        scopes: Set<AccessScope>? = nil
    ) {
        self.userID = userID
        self.tokenID = tokenID
        self.sessionID = sessionID
        self.epoch = epoch
        self.role = role
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.scopes = scopes
    }
}
