/// Signs in with a name and a password.
///
/// The order is: the limits, the account, the hash. Whatever is wrong with the account, one hash is computed and the
/// answer is the same.
package struct Login: Sendable {
    /// What has become of it.
    package enum Outcome: Sendable {
        case signedIn(SignedIn)
        /// Name and password belong together, and the account asks for a code besides.
        case needsCode(PendingLogin)
        /// Name and password do not belong together, or the account is not active.
        case refused
    }

    private let accounts: AccountRepository
    private let hasher: PasswordHasher
    private let sessions: Sessions
    /// Seconds since 1970.
    private let now: @Sendable () -> Int

    package init(
        accounts: AccountRepository, hasher: PasswordHasher, sessions: Sessions, now: @escaping @Sendable () -> Int
    ) {
        self.accounts = accounts
        self.hasher = hasher
        self.sessions = sessions
        self.now = now
    }

    /// - Parameter attempt: that the limits have let through; it is given back as far as it does not count.
    /// - Throws: ``LoginRefused``, `PostgresError`, `RedisError`, ``PasswordHashingError``.
    package func signIn(
        _ name: String, _ password: String, device: SessionRepository.Device, counting attempt: LoginAttempt
    ) async throws -> Outcome {
        var account: Account?
        if let email = EmailAddress(name) { account = try await accounts.find(email, from: device.address) }
        var attempt = attempt
        if account?.isAtKnownNetwork != true { try await attempt.reserveAccount() }
        let isRight = try await check(password, account, attempt)
        guard isRight, let account, account.isActive else { return .refused }
        await attempt.succeeded()
        return try await begin(account, device)
    }

    private func check(_ password: String, _ account: Account?, _ attempt: LoginAttempt) async throws -> Bool {
        do {
            return try await hasher.verify(password, against: account?.passwordHash)
        } catch PasswordHashingError.overloaded(let retryAfter) {
            // Nobody has looked at the password.
            await attempt.takeBack()
            throw PasswordHashingError.overloaded(retryAfter: retryAfter)
        }
    }

    private func begin(_ account: Account, _ device: SessionRepository.Device) async throws -> Outcome {
        if account.hasSecondFactor {
            return .needsCode(PendingLogin(userID: account.id, passwordHash: account.passwordHash, now: now()))
        }
        do {
            let tokens = try await sessions.start(
                userID: account.id, passwordHash: account.passwordHash, device: device)
            return .signedIn(SignedIn(userID: account.id, tokens: tokens))
        } catch SessionError.accountUnavailable {
            return .refused
        }
    }
}
