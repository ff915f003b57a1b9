import APIContract
import Authentication
import NIOCore
import NIOHTTP1

// From a request's head to the decision whether it goes upstream.
extension ClientConnection {
    static let cannotAuthenticate = APIError.unavailable(
        .authenticationUnavailable, "Authentication is not available at the moment")

    static let cannotCount = APIError.unavailable(
        .limiterUnavailable, "The request cannot be counted at the moment, and is not let through uncounted")

    func begin(_ head: HTTPRequestHead) {
        gate.reset()
        let policy = loop.policy
        let request: RequestHead
        do {
            request = try policy.head.accept(head)
        } catch {
            refuse(error, head: head)
            return
        }
        let forwarded = ForwardedRequest(request, peer: peer, isTrusted: peerIsTrusted, proxies: policy.proxies)
        let dispatch = policy.dispatch(request, isSecure: forwarded.proto == "https")
        let exchange = makeExchange(request, forwarded, policy, route: dispatch.route)
        self.exchange = exchange
        switch dispatch {
        case .refuse(let error, _): answer(exchange, error)
        case .options(let answer): self.answer(exchange, answer)
        case .health: answer(exchange, loop.health.answer)
        case .anonymous(let route):
            if route.browserSession == .refreshes {
                exchange.credentials = Credentials(request, isSecure: exchange.answer.isSecure)
            }
            ask(exchange, route, .init(address: forwarded.clientAddress))
        case .authenticated(let route, let credentials):
            exchange.credentials = credentials
            authenticate(exchange, route)
        }
    }

    private func makeExchange(
        _ request: RequestHead, _ forwarded: ForwardedRequest, _ policy: GatewayPolicy, route: Route?
    ) -> Exchange {
        var answer = AnswerContext(requestID: request.requestID ?? loop.identifiers.requestID())
        let isSampled = loop.tracing.map { loop.identifiers.chance($0.ratio) } ?? false
        let traceParent = loop.identifiers.traceParent(in: request.trace?.traceID, isSampled: isSampled)
        answer.traceParent = traceParent
        // The gateway writes an answer's CORS lines, except for a preflight's, which has its own.
        if !policy.cors.isEmpty, !policy.cors.isPreflight(request) {
            answer.allowedOrigin = policy.cors.allowedOrigin(request)
            answer.variesByOrigin = true
        }
        answer.isSecure = forwarded.proto == "https"
        answer.closesConnection = !request.keepsAlive || loop.isDraining
        let exchange = Exchange(
            request, policy: policy, forwarded: forwarded, answer: answer, traceParent: traceParent,
            maximumBody: route?.maximumBody ?? policy.head.limits.body, tick: loop.tick,
            timeout: route?.timeout.map(Tick.count) ?? loop.deadlines.request, startedAt: RequestGuard.microseconds(),
            isLogged: loop.accessLog.takesNext())
        exchange.route = route
        if isSampled, let tracing = loop.tracing {
            exchange.trace = ExchangeTrace(traceParent, caller: request.trace, queue: tracing.queue)
        }
        return exchange
    }

    // MARK: Who asks

    func authenticate(_ exchange: Exchange, _ route: Route) {
        guard let token = exchange.credentials.token else { return notAuthenticated(exchange, route) }
        if case .bearer = exchange.credentials, APIKey.isMeant(by: token) {
            return authenticate(exchange, route, apiKey: token)
        }
        let policy = exchange.policy
        let address = exchange.forwarded.clientAddress
        if let known = policy.tokens.cached(token) {
            ask(exchange, route, .init(caller: known, address: address))
            return
        }
        if let (bridge, identities) = bridge(of: exchange, route, token) {
            return authenticate(exchange, route, legacyToken: token, bridge, identities)
        }
        if let refusal = policy.failedAuthentications.refusal(for: address) {
            limit(exchange, refusal)
            return
        }
        let tokens = policy.tokens
        loop.eventLoop.makeFutureWithTask { try await tokens.verify(token) }.assumeIsolated().whenComplete { result in
            guard exchange === self.exchange else { return }
            switch result {
            case .success(let verified): self.ask(exchange, route, .init(caller: verified, address: address))
            case .failure(AuthenticationError.unavailable(let reason)):
                self.answer(exchange, Self.cannotAuthenticate, cause: reason)
            case .failure: self.notAuthenticated(exchange, route, isNoToken: true)
            }
            self.flush()
        }
    }

    // MARK: Whether it may

    func ask(_ exchange: Exchange, _ route: Route, _ subject: RequestGuard.Subject) {
        exchange.caller = subject.caller
        if findsCounterpart(exchange, route, subject) { return }
        exchange.policy.guards.check(subject, route: route, on: loop.eventLoop).whenSuccess { verdict in
            guard exchange === self.exchange else { return }
            switch verdict {
            case .admitted(let decision):
                exchange.answer.rateLimit = decision
                self.loop.metrics.decided(decision == nil ? .unlimited : .admitted)
                if exchange.state.admitted() { self.proceed(exchange, route) }
            case .limited(let decision): self.limit(exchange, decision)
            case .uncounted(let reason): self.answer(exchange, Self.cannotCount, cause: reason)
            case .revoked: self.refuseRevoked(exchange, route)
            case .unavailable(let reason): self.answer(exchange, Self.cannotAuthenticate, cause: reason)
            }
            self.flush()
        }
        updateDeadline()
    }

    private func proceed(_ exchange: Exchange, _ route: Route) {
        // Who signed in at the monolith may do on a route that moves what its users may.
        if let caller = exchange.caller, exchange.bridged?.isSignedInThere != true,
            !caller.permits(route.resource, changing: !exchange.request.isSafe)
        {
            return answer(exchange, .forbidden)
        }
        if route.destination == .stream { openStream(exchange) } else { forward(exchange) }
    }

    func limit(_ exchange: Exchange, _ decision: RateLimitDecision) {
        exchange.answer.rateLimit = decision
        loop.metrics.decided(.limited)
        answer(exchange, .tooManyRequests(retryAfter: decision.retryAfter))
    }
}
