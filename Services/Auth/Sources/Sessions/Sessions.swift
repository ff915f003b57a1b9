package import Authentication
import FoundationEssentials

/// The life of sessions: started by a login, carried on by refreshes, ended by a logout or by reuse.
package struct Sessions: Sendable {
    private let repository: SessionRepository
    private let publisher: RevocationPublisher
    private let issuer: AccessTokenIssuer
    /// Of a refresh token, in seconds.
    package let refreshLifetime: Int

    package init(
        repository: SessionRepository, publisher: RevocationPublisher, issuer: AccessTokenIssuer, refreshLifetime: Int
    ) {
        self.repository = repository
        self.publisher = publisher
        self.issuer = issuer
        self.refreshLifetime = refreshLifetime
    }

    /// Starts a session for who has given the right password.
    ///
    /// - Parameters:
    ///   - passwordHash: what the password was found right against.
    ///   - takeCode: for an account with a second factor.
    /// - Throws: ``SessionError/accountUnavailable`` when that is another one by now, too; `PostgresError`, and what
    ///   `takeCode` throws.
    package func start(
        userID: Int, passwordHash: String, device: SessionRepository.Device,
        taking takeCode: SessionRepository.TakeCode? = nil
    ) async throws -> TokenPair {
        let (token, sessionID) = (RefreshToken(), UUID().uuidString.lowercased())
        let standing = try await repository.start(
            userID: userID, passwordHash: passwordHash, sessionID: sessionID, token: token,
            lifetime: refreshLifetime, device: device, taking: takeCode)
        guard let standing else { throw SessionError.accountUnavailable }
        return try await pair(standing, sessionID, token)
    }

    /// Exchanges a refresh token for its one successor and a new access token.
    ///
    /// - Throws: ``SessionError``, `PostgresError`.
    package func refresh(_ text: String, by origin: AuditOrigin) async throws -> TokenPair {
        guard let token = RefreshToken(text) else { throw SessionError.invalidToken }
        for _ in 0..<3 {
            let successor = RefreshToken()
            let rotation = try await repository.rotate(
                token, successor: successor, sealed: try token.seal(successor), lifetime: refreshLifetime)
            if let rotation { return try await pair(rotation.standing, rotation.sessionID, successor) }
            let state = try await repository.state(of: token)
            switch (RefreshDecision.make(for: state), state) {
            case (.answerAgain(let sealed), let state?):
                guard let successor = token.open(sealed) else { throw SessionError.invalidToken }
                return try await pair(state.standing, state.sessionID, successor)
            case (.endSession, let state?):
                let number = try await repository.endReused(
                    sessionID: state.sessionID, userID: state.standing.userID, until: issuer.lastExpiry, by: origin)
                await publisher.announce(number)
                throw SessionError.tokenReused(userID: state.standing.userID, sessionID: state.sessionID)
            case (.tryAgain, _): continue
            default: throw SessionError.invalidToken
            }
        }
        throw SessionError.contended
    }

    /// Ends the session of an access token. When this returns, it is durable, and within a second every instance
    /// refuses the session's tokens.
    ///
    /// - Throws: `PostgresError`.
    package func end(_ token: AccessToken) async throws {
        try await end(sessionID: token.sessionID, userID: token.userID, tokenID: token.tokenID)
    }

    /// Ends every session of a user.
    ///
    /// - Throws: `PostgresError`.
    package func endAll(userID: Int) async throws {
        await publisher.announce(try await repository.endAll(userID: userID, until: issuer.lastExpiry))
    }

    /// Makes a change that ends sessions, and returns when every instance refuses their tokens, or will within a second.
    ///
    /// - Parameter change: is given when the last access token that was signed until now has expired, in seconds since
    ///   1970; returns nil when it has changed nothing.
    /// - Returns: whether something was changed.
    package func end(by change: (_ expiry: Int) async throws -> EndedSessions?) async throws -> Bool {
        try await ending { expiry in
            let ended = try await change(expiry)
            return (ended != nil, ended)
        }
    }

    /// The same for a change that has a result, and that may have ended nothing.
    package func ending<R: Sendable>(
        _ change: (_ expiry: Int) async throws -> (result: R, ended: EndedSessions?)
    ) async throws -> R {
        let (result, ended) = try await change(issuer.lastExpiry)
        if let ended { await publisher.announce(ended.revocation) }
        return result
    }

    /// Ends a session of a user by its id; one that has ended stays so.
    ///
    /// - Returns: whether the user has, or had, such a session.
    package func end(_ sessionID: String, of userID: Int) async throws -> Bool {
        // One spelling only: the form in which the list shows it.
        guard let id = UUID(uuidString: sessionID)?.uuidString.lowercased(), id == sessionID,
            try await repository.exists(sessionID: id, userID: userID)
        else { return false }
        try await end(sessionID: id, userID: userID)
        return true
    }

    /// The living sessions of a token's user, as the API shows them: a JSON array, the last used first.
    package func list(of token: AccessToken) async throws -> String {
        try await repository.list(userID: token.userID, current: token.sessionID)
    }

    private func end(sessionID: String, userID: Int, tokenID: String? = nil) async throws {
        let number = try await repository.end(
            sessionID: sessionID, userID: userID, tokenID: tokenID, until: issuer.lastExpiry)
        await publisher.announce(number)
    }

    private func pair(
        _ standing: AccountStanding, _ sessionID: String, _ token: RefreshToken
    ) async throws -> TokenPair {
        TokenPair(
            accessToken: try await issuer.issue(standing, sessionID: sessionID), refreshToken: token,
            lifetime: issuer.lifetime)
    }
}
