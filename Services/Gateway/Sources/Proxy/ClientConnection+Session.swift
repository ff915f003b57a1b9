import APIContract
import Authentication
import NIOCore

// A browser session whose access token does not hold (any more).
extension ClientConnection {
    /// The caller has no token that holds: a browser session is asked for its next one, once; all else ends here.
    ///
    /// - Parameter isNoToken: what came was verified in vain, and counts against its address if that is the end of it.
    func notAuthenticated(_ exchange: Exchange, _ route: Route, isNoToken: Bool = false) {
        let (policy, address) = (exchange.policy, exchange.forwarded.clientAddress)
        guard let (renewal, request) = renewal(of: exchange) else {
            if isNoToken { policy.failedAuthentications.count(address) }
            return end(exchange, .unauthorized)
        }
        if let refusal = policy.failedAuthentications.refusal(for: address) { return limit(exchange, refusal) }
        exchange.wasRenewed = true
        renewal.renew(request, on: loop.eventLoop).assumeIsolated().whenSuccess { outcome in
            guard exchange === self.exchange else { return }
            switch outcome {
            case .renewed(let token, let cookies):
                exchange.answer.cookies = cookies
                if case .cookies(var session) = exchange.credentials {
                    session.access = token
                    exchange.credentials = .cookies(session)
                }
                self.authenticate(exchange, route)
            case .ended(let error):
                policy.failedAuthentications.count(address)
                self.end(exchange, error)
            case .unavailable(let reason): self.answer(exchange, Self.cannotAuthenticate, cause: reason)
            }
            self.flush()
        }
        updateDeadline()
    }

    /// How the exchange's session may go on; `nil` when it has no refresh token, or was renewed for this request already.
    private func renewal(of exchange: Exchange) -> (SessionRenewal, SessionRenewal.Request)? {
        guard case .cookies(let session) = exchange.credentials, let token = session.refresh, !exchange.wasRenewed,
            let renewal = exchange.policy.renewal, let route = exchange.policy.renewalRoute
        else { return nil }
        let request = SessionRenewal.Request(
            refreshToken: token, route: route, forwarded: exchange.forwarded, requestID: exchange.answer.requestID,
            traceParent: exchange.traceParent)
        return (renewal, request)
    }

    /// 401; a browser forgets the session.
    private func end(_ exchange: Exchange, _ error: APIError) {
        if case .cookies(let session) = exchange.credentials {
            exchange.answer.cookies = SessionCookie.cleared(isSecure: session.isSecure)
        }
        answer(exchange, error)
    }
}
