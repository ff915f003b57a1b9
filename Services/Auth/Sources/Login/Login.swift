import Accounts

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
        let account = try await find(name, device)
        var attempt = attempt
        if account?.isAtKnownNetwork != true { try await attempt.reserveAccount() }
        if let outcome = try await look(at: password, of: account, device, attempt) { return outcome }
        return try await look(at: password, of: find(name, device), device, attempt) ?? .refused
    }

    private func find(_ name: String, _ device: SessionRepository.Device) async throws -> Account? {
        guard let email = EmailAddress(name) else { return nil }
        return try await accounts.find(email, from: device.address)
    }

    /// - Returns: nil when the password was right and its hash could not be replaced by one of a higher cost: another login
    ///   with the same password has just done that, or the password was changed.
    private func look(
        at password: String, of account: Account?, _ device: SessionRepository.Device, _ attempt: LoginAttempt
    ) async throws -> Outcome? {
        let check = try await check(password, account, attempt)
        guard let account, check.isRight, account.isActive else {
            let failure = Self.failure(account, isRight: check.isRight)
            try await accounts.record(failure, userID: account?.id, by: device.origin)
            return .refused
        }
        if let rehashed = check.rehashed {
            let isStored = try await accounts.rehash(userID: account.id, from: account.passwordHash, to: rehashed)
            guard isStored else { return nil }
        }
        await attempt.succeeded()
        return try await begin(account, check.rehashed ?? account.passwordHash, device)
    }

    private static func failure(_ account: Account?, isRight: Bool) -> AccountRepository.LoginFailure {
        account == nil ? .unknownAccount : isRight ? .inactiveAccount : .wrongPassword
    }

    private func check(
        _ password: String, _ account: Account?, _ attempt: LoginAttempt
    ) async throws -> PasswordCheck {
        do {
            return try await hasher.check(password, against: account?.passwordHash)
        } catch PasswordHashingError.overloaded(let retryAfter) {
            // Nobody has looked at the password.
            await attempt.takeBack()
            throw PasswordHashingError.overloaded(retryAfter: retryAfter)
        }
    }

    private func begin(
        _ account: Account, _ hash: String, _ device: SessionRepository.Device
    ) async throws -> Outcome {
        if account.hasSecondFactor {
            return .needsCode(PendingLogin(userID: account.id, passwordHash: hash, now: now()))
        }
        do {
            let tokens = try await sessions.start(userID: account.id, passwordHash: hash, device: device)
            return .signedIn(SignedIn(userID: account.id, tokens: tokens))
        } catch SessionError.accountUnavailable {
            try await accounts.record(.overtaken, userID: account.id, by: device.origin)
            return .refused
        }
    }
}
