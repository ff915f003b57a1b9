package import APIContract

/// What is left of the attempts that a limit counts.
package struct LoginAllowance: Sendable, Equatable {
    /// The limit's name, as clients see it.
    package let policy: String
    package let limit: Int
    /// In seconds.
    package let window: Int
    package let isAllowed: Bool
    package let remaining: Int
    /// Until another attempt is free, in whole seconds.
    package let resetAfter: Int
    /// The attempt's place in the log, to take it back by.
    let reservation: Reservation

    struct Reservation: Sendable, Equatable {
        let key: String
        let member: Int
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11).
    package var headers: [APIError.Header] {
        [
            APIError.Header("RateLimit-Policy", "\"\(policy)\";q=\(limit);w=\(window)"),
            APIError.Header("RateLimit", "\"\(policy)\";r=\(remaining);t=\(resetAfter)"),
        ]
    }
}
