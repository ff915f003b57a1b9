/// The second step of signing in. Codes are counted by account, whatever address they come from: a right password gives
/// no more guesses than there are, however many logins wait for a code.
package struct SecondFactorLogin: Sendable {
    private let repository: SecondFactorRepository
    private let accounts: AccountRepository
    private let sessions: Sessions
    private let attempts: SecondFactorAttempts

    package init(
        repository: SecondFactorRepository, accounts: AccountRepository, sessions: Sessions,
        attempts: SecondFactorAttempts
    ) {
        self.repository = repository
        self.accounts = accounts
        self.sessions = sessions
        self.attempts = attempts
    }

    /// The token of a login that waits, for the client to bring again with a code.
    package func token(of pending: PendingLogin) throws -> String { try pending.token(keys: repository.keys) }

    /// The login that a token is of; nil for one that has expired or that is none of ours.
    package func pending(_ token: String) -> PendingLogin? {
        PendingLogin(token: token, keys: repository.keys, now: repository.now())
    }

    /// Signs in who has shown the password before, and shows a code now.
    ///
    /// - Returns: nil when the account is not what the login was begun for: it has another password, no second factor any
    ///   more, or is not active.
    /// - Throws: ``SecondFactorError``, `PostgresError`, `RedisError`.
    package func finish(
        _ pending: PendingLogin, _ code: String, device: SessionRepository.Device
    ) async throws -> SignedIn? {
        let userID = pending.userID
        guard let hash = try await repository.passwordHash(userID: userID), pending.isOf(passwordHash: hash) else {
            return nil
        }
        do {
            let code = SecondFactorCode(code)
            let tokens = try await attempts.counting(code, of: userID) {
                try await sessions.start(userID: userID, passwordHash: hash, device: device) { transaction in
                    try await repository.takeForLogin(code, userID: userID, by: device.origin, in: transaction)
                }
            }
            return SignedIn(userID: userID, tokens: tokens)
        } catch SessionError.accountUnavailable {
            return nil
        } catch SecondFactorError.notEnabled {
            return nil
        } catch SecondFactorError.wrongCode {
            try await accounts.record(.wrongCode, userID: userID, by: device.origin)
            throw SecondFactorError.wrongCode
        } catch SecondFactorError.reusedCode {
            try await accounts.record(.reusedCode, userID: userID, by: device.origin)
            throw SecondFactorError.reusedCode
        }
    }
}
