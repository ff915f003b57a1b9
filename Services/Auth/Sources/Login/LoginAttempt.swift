/// One login's places among the attempts that the limits count.
package struct LoginAttempt: Sendable {
    private let limits: LoginLimits
    private let account: String
    /// What is left for this account and address.
    package let pair: LoginAllowance
    private let byAddress: LoginAllowance
    /// Nil where the account is known at the address, and until that was looked at.
    private var byAccount: LoginAllowance?

    init(limits: LoginLimits, account: String, pair: LoginAllowance, byAddress: LoginAllowance) {
        self.limits = limits
        self.account = account
        self.pair = pair
        self.byAddress = byAddress
    }

    /// Reserves one of the account's attempts from addresses that it does not know; also where there is no such account, so
    /// that the limit does not tell which there are.
    ///
    /// - Throws: ``LoginRefused``, `RedisError`.
    package mutating func reserveAccount() async throws {
        let allowance = try await limits.account.reserve(account: account)
        guard allowance.isAllowed else {
            await takeBack()
            throw LoginRefused(allowance: allowance)
        }
        byAccount = allowance
    }

    /// The password was right: the wide limits count failures alone. What cannot be given back counts, which is the safe
    /// side.
    package func succeeded() async {
        try? await limits.address.release(byAddress)
        if let byAccount { try? await limits.account.release(byAccount) }
    }

    /// Nobody has looked at the password.
    package func takeBack() async {
        try? await limits.pair.release(pair)
        await succeeded()
    }
}
