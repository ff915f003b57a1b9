package import Authentication
import FoundationEssentials

/// The life of sessions: started by a login, carried on by refreshes, ended by a logout or by reuse.
package struct Sessions: Sendable {
    private let repository: SessionRepository
    private let revocations: RevocationList
    private let issuer: AccessTokenIssuer
    /// Of a refresh token, in seconds.
    private let refreshLifetime: Int

    package init(
        repository: SessionRepository, revocations: RevocationList, issuer: AccessTokenIssuer, refreshLifetime: Int
    ) {
        self.repository = repository
        self.revocations = revocations
        self.issuer = issuer
        self.refreshLifetime = refreshLifetime
    }

    /// - Throws: ``SessionError/accountUnavailable``, `PostgresError`.
    package func start(userID: Int, device: SessionRepository.Device) async throws -> TokenPair {
        let (token, sessionID) = (RefreshToken(), UUID().uuidString.lowercased())
        let standing = try await repository.start(
            userID: userID, sessionID: sessionID, token: token, lifetime: refreshLifetime, device: device)
        guard let standing else { throw SessionError.accountUnavailable }
        return try await pair(standing, sessionID, token)
    }

    /// Exchanges a refresh token for its one successor and a new access token.
    ///
    /// - Throws: ``SessionError``, `PostgresError`, and `AuthenticationError` when a session could not be ended
    ///   everywhere.
    package func refresh(_ text: String) async throws -> TokenPair {
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
                try await end(sessionID: state.sessionID, userID: state.standing.userID)
                throw SessionError.tokenReused(userID: state.standing.userID, sessionID: state.sessionID)
            case (.tryAgain, _): continue
            default: throw SessionError.invalidToken
            }
        }
        throw SessionError.contended
    }

    /// Ends the session of an access token. When this returns, both stores have it.
    ///
    /// PostgreSQL comes first: if Redis then fails, the token is still good for another try.
    ///
    /// - Throws: `PostgresError`, `AuthenticationError.unavailable`.
    package func end(_ token: AccessToken) async throws {
        try await repository.end(sessionID: token.sessionID, userID: token.userID)
        try await revocations.revoke(sessionID: token.sessionID, userID: token.userID, until: issuer.lastExpiry)
        try await revocations.revoke(tokenID: token.tokenID, userID: token.userID, until: token.expiresAt)
    }

    /// Ends every session of a user.
    ///
    /// - Throws: `PostgresError`, `AuthenticationError.unavailable`.
    package func endAll(userID: Int) async throws {
        guard let epoch = try await repository.endAll(userID: userID) else { return }
        try await revocations.raise(epoch: epoch, userID: userID, until: issuer.lastExpiry)
    }

    private func end(sessionID: String, userID: Int) async throws {
        try await repository.end(sessionID: sessionID, userID: userID)
        try await revocations.revoke(sessionID: sessionID, userID: userID, until: issuer.lastExpiry)
    }

    private func pair(
        _ standing: AccountStanding, _ sessionID: String, _ token: RefreshToken
    ) async throws -> TokenPair {
        TokenPair(
            accessToken: try await issuer.issue(standing, sessionID: sessionID), refreshToken: token,
            lifetime: issuer.lifetime)
    }
}
