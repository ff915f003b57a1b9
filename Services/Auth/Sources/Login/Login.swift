/// Signs in with a name and a password.
///
/// The order is: the limit, the account, the hash. Whatever is wrong with the account, one hash is computed and the
/// answer is the same.
package struct Login: Sendable {
    private let accounts: AccountRepository
    private let hasher: PasswordHasher
    private let sessions: Sessions

    package init(accounts: AccountRepository, hasher: PasswordHasher, sessions: Sessions) {
        self.accounts = accounts
        self.hasher = hasher
        self.sessions = sessions
    }

    /// - Returns: nil when name and password do not belong together, or the account is not active.
    /// - Throws: `PostgresError`, ``PasswordHashingError``.
    package func signIn(
        _ name: String, _ password: String, device: SessionRepository.Device
    ) async throws -> SignedIn? {
        var account: Account?
        if let email = EmailAddress(name) { account = try await accounts.find(email) }
        let isRight = try await hasher.verify(password, against: account?.passwordHash)
        guard isRight, let account, account.isActive else { return nil }
        do {
            let tokens = try await sessions.start(
                userID: account.id, passwordHash: account.passwordHash, device: device)
            return SignedIn(userID: account.id, tokens: tokens)
        } catch SessionError.accountUnavailable {
            return nil
        }
    }
}
