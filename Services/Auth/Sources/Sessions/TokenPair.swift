/// Who has signed in.
package struct SignedIn: Sendable {
    package let userID: Int
    package let tokens: TokenPair
}

/// What a client gets for signing in and for refreshing (RFC 6749, section 5.1).
package struct TokenPair: Sendable {
    package let accessToken: String
    package let refreshToken: RefreshToken
    /// Of the access token, in seconds.
    package let lifetime: Int

    /// Both tokens consist of letters that JSON does not escape.
    package var json: String {
        "{\"access_token\":\"\(accessToken)\",\"refresh_token\":\"\(refreshToken.text)\","
            + "\"token_type\":\"bearer\",\"expires_in\":\(lifetime)}"
    }
}
