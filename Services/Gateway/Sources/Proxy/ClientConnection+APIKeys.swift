import APIContract
import Authentication
import NIOCore

// Callers that are programs: their key stands for an access token, which is what the services get to see.
extension ClientConnection {
    func authenticate(_ exchange: Exchange, _ route: Route, apiKey text: String) {
        let policy = exchange.policy
        guard let keys = policy.tokens.apiKeys else { return answer(exchange, .unauthorized) }
        if let grant = keys.cached(text) { return ask(exchange, route, text, grant) }
        let address = exchange.forwarded.clientAddress
        if let refusal = policy.failedAuthentications.refusal(for: address) { return limit(exchange, refusal) }
        loop.eventLoop.makeFutureWithTask { try await keys.grant(for: text) }.assumeIsolated().whenComplete { result in
            guard exchange === self.exchange else { return }
            switch result {
            case .success(let grant): self.ask(exchange, route, text, grant)
            case .failure(AuthenticationError.unavailable(let reason)):
                self.answer(exchange, Self.cannotAuthenticate, cause: reason)
            case .failure:
                policy.failedAuthentications.count(address)
                self.answer(exchange, .unauthorized)
            }
            self.flush()
        }
        updateDeadline()
    }

    private func ask(_ exchange: Exchange, _ route: Route, _ text: String, _ grant: APIKeyGrant) {
        exchange.apiKey = (text, grant)
        ask(exchange, route, .init(caller: grant.token, address: exchange.forwarded.clientAddress))
    }

    /// What a refused token means. That of a key may only be out of date, as the tokens of its user were refused: Auth is
    /// asked once for another one, and knows whether the key was revoked itself.
    func refuseRevoked(_ exchange: Exchange, _ route: Route) {
        if renewsStanding(of: exchange, route) { return }
        guard let key = exchange.apiKey, let keys = exchange.policy.tokens.apiKeys, !exchange.hasForgottenGrant else {
            return notAuthenticated(exchange, route)
        }
        exchange.hasForgottenGrant = true
        keys.forget(key.grant, of: key.text)
        authenticate(exchange, route, apiKey: key.text)
    }
}
