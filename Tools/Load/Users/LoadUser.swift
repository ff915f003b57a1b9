/// An account that a load test uses, as it is kept between runs.
package struct LoadUser: Sendable, Hashable, Codable {
    package let email: String
    package let password: String
    package var id: Int
    package var accessToken: String
    /// In seconds since 1970.
    package var accessTokenEnds: Int
    package var refreshToken: String

    package init(
        email: String, password: String, id: Int, accessToken: String, accessTokenEnds: Int, refreshToken: String
    ) {
        self.email = email
        self.password = password
        self.id = id
        self.accessToken = accessToken
        self.accessTokenEnds = accessTokenEnds
        self.refreshToken = refreshToken
    }

    enum CodingKeys: String, CodingKey {
        case email, password, id
        case accessToken = "access_token"
        case accessTokenEnds = "access_token_ends"
        case refreshToken = "refresh_token"
    }
}

/// A user with what it has at the beginning of a run.
package struct PreparedUser: Sendable, Hashable {
    package var user: LoadUser
    /// The ids of its strategies.
    package var strategies: [Int]
    /// Of the last change that was made for it.
    package var consistencyToken: String?

    package init(user: LoadUser, strategies: [Int], consistencyToken: String? = nil) {
        self.user = user
        self.strategies = strategies
        self.consistencyToken = consistencyToken
    }
}
