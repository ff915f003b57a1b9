/// Why a caller is not let in.
package enum AuthenticationError: Error, Sendable, Equatable {
    /// The token is none that we signed for this audience and that still holds; the reason is for logs. Answered 401.
    case invalid(reason: String)
    /// The token or its session was ended. Answered 401.
    case revoked
    /// It could not be found out. Answered 503, never 401.
    case unavailable(reason: String)
}
