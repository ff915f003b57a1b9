package import Authentication

/// What signing in needs to know of an account.
package struct Account: Sendable {
    package let id: Int
    package let passwordHash: String
    package let isActive: Bool
    /// Whether a password alone does not do.
    package let hasSecondFactor: Bool
    /// Whether it has signed in from where it is asked for now.
    package let isAtKnownNetwork: Bool
}

/// What an access token says of its owner's account.
package struct AccountStanding: Sendable, Equatable {
    package let userID: Int
    package let role: Role
    package let epoch: Int

    package init(userID: Int, role: Role, epoch: Int) {
        self.userID = userID
        self.role = role
        self.epoch = epoch
    }
}
