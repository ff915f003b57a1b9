package import Authentication
package import Postgres

/// Why an owner could not change his account.
package enum OwnerError: Error, Sendable, Equatable {
    case wrongPassword
    /// So many passwords were wrong that no other one is looked at now; `retryAfter` in whole seconds.
    case tooManyAttempts(retryAfter: Int)
}

/// What the owner of an account does with it once he has shown, by its password, that it is not just somebody with his
/// access token.
package struct AccountOwner: Sendable {
    private let accounts: AccountRepository
    private let hasher: PasswordHasher
    private let rules: PasswordRules
    private let limiter: LoginLimiter
    private let sessions: Sessions
    private let secondFactor: SecondFactorRepository
    private let codeAttempts: SecondFactorAttempts

    package init(
        accounts: AccountRepository, hasher: PasswordHasher, rules: PasswordRules, limiter: LoginLimiter,
        sessions: Sessions, secondFactor: SecondFactorRepository, codeAttempts: SecondFactorAttempts
    ) {
        self.accounts = accounts
        self.hasher = hasher
        self.rules = rules
        self.limiter = limiter
        self.sessions = sessions
        self.secondFactor = secondFactor
        self.codeAttempts = codeAttempts
    }

    /// Changes the password and ends every other session. When this returns, it is durable, and within a second every
    /// instance refuses the tokens of those sessions.
    ///
    /// - Throws: ``OwnerError``, ``SessionError/accountUnavailable``, ``APIError`` 422 for a password that breaks a rule,
    ///   `PostgresError`, `RedisError`, ``PasswordHashingError``.
    package func changePassword(_ change: PasswordChange, as token: AccessToken, by origin: AuditOrigin) async throws {
        let credential = try await self.credential(token)
        try change.check(email: credential.email, rules: rules)
        try await confirm(change.current, credential, token, from: origin.address)
        let hash = try await hasher.hash(change.new)
        let isChanged = try await sessions.end { expiry in
            try await accounts.changePassword(
                userID: token.userID, from: credential.passwordHash, to: hash, keeping: token.sessionID, until: expiry,
                by: origin)
        }
        guard isChanged else { throw OwnerError.wrongPassword }
    }

    /// Deletes the account and all that it owns; the rest is as of ``changePassword(_:as:by:)``.
    package func delete(password: String, as token: AccessToken, by origin: AuditOrigin) async throws {
        let credential = try await self.credential(token)
        try await confirm(password, credential, token, from: origin.address)
        let isDeleted = try await sessions.end { expiry in
            try await accounts.delete(
                userID: token.userID, passwordHash: credential.passwordHash, until: expiry, by: origin)
        }
        guard isDeleted else { throw OwnerError.wrongPassword }
    }

    /// Turns the second factor off; its codes count together with those of logins.
    ///
    /// - Returns: the user's new revision.
    /// - Throws: ``SecondFactorError``; the rest is as of ``changePassword(_:as:by:)``.
    package func disableSecondFactor(
        password: String, code: String, as token: AccessToken, by origin: AuditOrigin
    ) async throws -> Revision {
        let credential = try await self.credential(token)
        try await confirm(password, credential, token, from: origin.address)
        let code = SecondFactorCode(code)
        return try await codeAttempts.counting(code, of: token.userID) {
            try await secondFactor.disable(
                code, userID: token.userID, passwordHash: credential.passwordHash, by: origin)
        }
    }

    private func credential(_ token: AccessToken) async throws -> AccountRepository.Credential {
        guard let credential = try await accounts.credential(userID: token.userID) else {
            throw SessionError.accountUnavailable
        }
        return credential
    }

    /// Guesses count apart from logins: whoever tries to sign in from the same address does not keep the owner from
    /// changing his password. One that is right does not count, and neither does one that nobody has looked at.
    private func confirm(
        _ password: String, _ credential: AccountRepository.Credential, _ token: AccessToken, from address: String
    ) async throws {
        let allowance = try await limiter.reserve(account: "owner \(token.userID)", address: address)
        guard allowance.isAllowed else { throw OwnerError.tooManyAttempts(retryAfter: allowance.resetAfter) }
        do {
            guard try await hasher.verify(password, against: credential.passwordHash) else {
                throw OwnerError.wrongPassword
            }
        } catch let error as PasswordHashingError {
            try? await limiter.release(allowance)
            throw error
        }
        try? await limiter.release(allowance)
    }
}
