package import Redis

/// The limits of logins, each reserved before the password is looked at.
package struct LoginLimits: Sendable {
    /// Logins of one account from one address.
    package let pair: LoginLimiter
    /// Failed logins from one address, whatever the accounts: it sprays passwords.
    package let address: LoginLimiter
    /// Failed logins of one account from addresses where it has never signed in: they guess together. At an address where it
    /// has, nobody else's guesses keep its owner out.
    package let account: LoginLimiter

    package init(pair: LoginLimiter, address: LoginLimiter, account: LoginLimiter) {
        self.pair = pair
        self.address = address
        self.account = account
    }

    /// Of the wide limits, in seconds.
    package static let window = 600

    package init(
        redis: RedisClient, local: LocalAttempts, cluster: String = "", perMinute: Int, byAddress: Int, byAccount: Int
    ) {
        self.init(
            pair: LoginLimiter(redis: redis, local: local, cluster: cluster, limit: perMinute),
            address: LoginLimiter(
                redis: redis, local: local, cluster: cluster, policy: "login-address", limit: byAddress,
                window: Self.window),
            account: LoginLimiter(
                redis: redis, local: local, cluster: cluster, policy: "login-account", limit: byAccount,
                window: Self.window))
    }

    /// Begins a login.
    ///
    /// - Parameter name: as it was given.
    /// - Throws: ``LoginRefused``; `RedisError`: nobody can count it, so there must be none.
    package func begin(_ name: String, address: String) async throws -> LoginAttempt {
        let account = name.lowercased()
        let pair = try await self.pair.reserve(account: account, address: address)
        guard pair.isAllowed else { throw LoginRefused(allowance: pair) }
        let wide = try await self.address.reserve(address: address)
        guard wide.isAllowed else {
            try? await self.pair.release(pair)
            throw LoginRefused(allowance: wide)
        }
        return LoginAttempt(limits: self, account: account, pair: pair, byAddress: wide)
    }
}

/// A login that a limit does not let through.
package struct LoginRefused: Error, Sendable {
    package let allowance: LoginAllowance
}
