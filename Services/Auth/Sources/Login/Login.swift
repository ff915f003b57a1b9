/// Signs in with a name and a password.
///
/// The order is: the limit, the account, the hash. Whatever is wrong with the account, one hash is computed and the
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

    /// - Throws: `PostgresError`, ``PasswordHashingError``.
    package func signIn(
        _ name: String, _ password: String, device: SessionRepository.Device
    ) async throws -> Outcome {
        var account: Account?
        if let email = EmailAddress(name) { account = try await accounts.find(email) }
        let isRight = try await hasher.verify(password, against: account?.passwordHash)
        guard isRight, let account, account.isActive else { return .refused }
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
