/// Why there are no tokens.
package enum SessionError: Error, Sendable, Equatable {
    /// The account is gone or not active.
    case accountUnavailable
    /// No such refresh token, or it or its session has ended.
    case invalidToken
    /// An old refresh token came back; its session was ended.
    case tokenReused(userID: Int, sessionID: String)
    /// Others kept changing the same session; another try may do better.
    case contended
}
