import Authentication
import NIOCore

// A client that is a program: its key lasts longer than the tokens that stand for it one after the other.
extension StreamSession {
    /// How long before the token in use expires the next one is asked for, in seconds.
    private static let renewalTime = 30

    func authenticate(apiKey text: String) {
        guard let keys = policy.tokens.apiKeys else { return refuse() }
        if let grant = keys.cached(text) { return admit(grant.token, apiKey: (text, grant)) }
        guard policy.failedAuthentications.refusal(for: clientAddress) == nil else {
            connection?.close(.tooManyRequests, reason: "Too many tokens that are none")
            return
        }
        isVerifying = true
        stream.eventLoop.makeFutureWithTask { try await keys.grant(for: text) }.assumeIsolated().whenComplete {
            result in
            self.isVerifying = false
            switch result {
            case .success(let grant): self.admit(grant.token, apiKey: (text, grant))
            case .failure(AuthenticationError.unavailable): self.authenticationIsAway()
            case .failure:
                self.policy.failedAuthentications.count(self.clientAddress)
                self.refuse()
            }
        }
    }

    /// Asks for the next token while the one in use still holds. Without an answer it is asked for again at the next check.
    func renewGrant(seconds: Int) {
        guard let (text, grant) = apiKey, let keys = policy.tokens.apiKeys, !isVerifying,
            grant.token.expiresAt - seconds <= Self.renewalTime
        else { return }
        isVerifying = true
        keys.forget(grant, of: text)
        stream.eventLoop.makeFutureWithTask { try await keys.grant(for: text) }.assumeIsolated().whenComplete {
            result in
            self.isVerifying = false
            // What ends the stream is that the old token expires, or is refused.
            if case .success(let grant) = result { self.adopt(grant, of: text) }
        }
    }

    /// The token in use is refused: because the key was, or because all tokens of its user were, who may come again.
    func endRefusedGrant() {
        guard let (text, grant) = apiKey, let keys = policy.tokens.apiKeys, !isEnding else { return }
        isEnding = true
        keys.forget(grant, of: text)
        stream.eventLoop.makeFutureWithTask { try await keys.grant(for: text) }.assumeIsolated().whenComplete {
            result in
            if case .success(let grant) = result, self.policy.guards.verdict(on: grant.token) != .revoked {
                self.connection?.close(.serviceRestart, reason: "The key's token was replaced, connect again")
            } else {
                self.connection?.close(.unauthorized, reason: "The session has ended")
            }
        }
    }
}
