import APIContract
import Authentication
import NIOCore
import NIOHTTP1

// From a request's head to the decision whether it goes upstream.
extension ClientConnection {
    static let cannotAuthenticate = APIError.unavailable(
        .authenticationUnavailable, "Authentication is not available at the moment")

    func begin(_ head: HTTPRequestHead) {
        gate.reset()
        let request: RequestHead
        do {
            request = try loop.policy.head.accept(head)
        } catch {
            refuse(error, head: head)
            return
        }
        let exchange = makeExchange(request)
        self.exchange = exchange
        switch loop.policy.dispatch(request) {
        case .refuse(let error, let route):
            exchange.route = route
            answer(exchange, error)
        case .options(let answer): self.answer(exchange, answer)
        case .health(let route):
            exchange.route = route
            answer(exchange, loop.health.answer)
        case .anonymous(let route):
            exchange.route = route
            ask(exchange, route, .address(exchange.forwarded.clientAddress))
        case .authenticated(let route, let token):
            exchange.route = route
            authenticate(exchange, route, token)
        }
    }

    private func makeExchange(_ request: RequestHead) -> Exchange {
        let policy = loop.policy
        let forwarded = ForwardedRequest(request, peer: peer, isTrusted: peerIsTrusted, proxies: policy.proxies)
        var answer = AnswerContext(requestID: request.requestID ?? loop.identifiers.requestID())
        let trace = request.traceParent.flatMap(TraceContext.init(header:))
        let traceParent = loop.identifiers.traceParent(in: trace?.traceID, isSampled: trace?.isSampled ?? false)
        answer.traceParent = traceParent
        // The gateway writes an answer's CORS lines, except for a preflight's, which has its own.
        if !policy.cors.isEmpty, !policy.cors.isPreflight(request) {
            answer.allowedOrigin = policy.cors.allowedOrigin(request)
            answer.variesByOrigin = true
        }
        answer.isSecure = forwarded.proto == "https"
        answer.closesConnection = !request.keepsAlive || loop.isDraining
        return Exchange(
            request, forwarded: forwarded, answer: answer, traceParent: traceParent,
            maximumBody: policy.head.limits.body, startedAt: RequestGuard.microseconds(),
            isLogged: loop.accessLog.takesNext())
    }

    // MARK: Who asks

    private func authenticate(_ exchange: Exchange, _ route: Route, _ token: String) {
        if let known = loop.policy.tokens.cached(token) {
            ask(exchange, route, .caller(known))
            return
        }
        let address = exchange.forwarded.clientAddress
        if let refusal = loop.policy.failedAuthentications.refusal(for: address) {
            limit(exchange, refusal)
            return
        }
        let tokens = loop.policy.tokens
        loop.eventLoop.makeFutureWithTask { try await tokens.verify(token) }.assumeIsolated().whenComplete { result in
            guard exchange === self.exchange else { return }
            switch result {
            case .success(let verified): self.ask(exchange, route, .caller(verified))
            case .failure(AuthenticationError.unavailable(let reason)):
                self.answer(exchange, Self.cannotAuthenticate, cause: reason)
            case .failure:
                self.loop.policy.failedAuthentications.count(address)
                self.answer(exchange, .unauthorized)
            }
            self.flush()
        }
    }

    // MARK: Whether it may

    private func ask(_ exchange: Exchange, _ route: Route, _ subject: RequestGuard.Subject) {
        if case .caller(let token) = subject { exchange.userID = token.userID }
        loop.policy.guards.check(subject, route: route, on: loop.eventLoop).assumeIsolated().whenSuccess { verdict in
            guard exchange === self.exchange else { return }
            switch verdict {
            case .admitted(let decision):
                exchange.answer.rateLimit = decision
                self.loop.metrics.decided(decision == nil ? .unlimited : .admitted)
                if exchange.state.admitted() { self.forward(exchange) }
            case .limited(let decision): self.limit(exchange, decision)
            case .revoked: self.answer(exchange, .unauthorized)
            case .unavailable(let reason): self.answer(exchange, Self.cannotAuthenticate, cause: reason)
            }
            self.flush()
        }
        updateDeadline()
    }

    private func limit(_ exchange: Exchange, _ decision: RateLimitDecision) {
        exchange.answer.rateLimit = decision
        loop.metrics.decided(.limited)
        answer(exchange, .tooManyRequests(retryAfter: decision.retryAfter))
    }
}
