import Authentication
import NIOCore

// Callers whom both sides of a migration have to know: users who signed in at the monolith, and ours on their way there.
extension ClientConnection {
    /// How a route's bearer token is one of the monolith's; nil for all others, and where nothing is bridged.
    func bridge(of exchange: Exchange, _ route: Route, _ token: String) -> (IdentityBridge, LegacyIdentities)? {
        guard let bridge = route.migration?.bridge, let identities = exchange.policy.tokens.legacy,
            case .bearer = exchange.credentials, bridge.isMeant(by: token)
        else { return nil }
        return (bridge, identities)
    }

    // MARK: Signed in at the monolith

    func authenticate(
        _ exchange: Exchange, _ route: Route, legacyToken text: String, _ bridge: IdentityBridge,
        _ identities: LegacyIdentities
    ) {
        let policy = exchange.policy
        let now = identities.now()
        if let known = bridge.cached(text, now: now) { return identify(exchange, route, known, identities) }
        if let refusal = policy.failedAuthentications.refusal(for: exchange.forwarded.clientAddress) {
            return limit(exchange, refusal)
        }
        do {
            identify(exchange, route, try bridge.verify(text, now: now), identities)
        } catch {
            notAuthenticated(exchange, route, isNoToken: true)
        }
    }

    /// Finds out who a user of the monolith's is here.
    private func identify(
        _ exchange: Exchange, _ route: Route, _ token: LegacyToken, _ identities: LegacyIdentities
    ) {
        if let standing = identities.cachedStanding(of: token.subject) {
            return ask(exchange, route, token, standing)
        }
        loop.eventLoop.makeFutureWithTask { try await identities.standing(of: token.subject) }.assumeIsolated()
            .whenComplete { result in
                guard exchange === self.exchange else { return }
                switch result {
                case .success(let standing): self.ask(exchange, route, token, standing)
                case .failure(let error): self.answer(exchange, Self.cannotAuthenticate, cause: "\(error)")
                }
                self.flush()
            }
        updateDeadline()
    }

    private func ask(
        _ exchange: Exchange, _ route: Route, _ token: LegacyToken, _ standing: LegacyIdentities.Standing
    ) {
        let address = exchange.forwarded.clientAddress
        switch standing {
        case .known(_, let caller):
            exchange.bridged = .legacy(subject: token.subject, standing)
            ask(exchange, route, .init(caller: caller, address: address))
        case .unknown:
            guard let migration = route.migration, loop.stages.stage(of: route.name, migration).stage != .retired
            else { return notAuthenticated(exchange, route) }
            exchange.bridged = .legacyAlone
            ask(exchange, route, .init(legacyUser: token.limitKey, address: address))
        case .ended: notAuthenticated(exchange, route)
        }
    }

    /// A token that stands for the monolith's is refused: Auth says whether there is another one.
    ///
    /// - Returns: false when that was done before, or the caller did not come with one.
    func renewsStanding(of exchange: Exchange, _ route: Route) -> Bool {
        guard case .legacy(let subject, let standing)? = exchange.bridged, !exchange.hasForgottenGrant,
            let identities = exchange.policy.tokens.legacy
        else { return false }
        exchange.hasForgottenGrant = true
        identities.forget(standing, of: subject)
        authenticate(exchange, route)
        return true
    }

    // MARK: Signed in here

    /// Finds out who a user of ours is at the monolith, before the request goes on; it goes on without an answer as well, and is
    /// refused only if it has to go there.
    ///
    /// - Returns: false when there is nothing to find out.
    func findsCounterpart(_ exchange: Exchange, _ route: Route, _ subject: RequestGuard.Subject) -> Bool {
        guard exchange.bridged == nil, let migration = route.migration, migration.bridge != nil,
            let caller = subject.caller, let identities = exchange.policy.tokens.legacy,
            loop.stages.stage(of: route.name, migration).stage != .retired
        else { return false }
        if let known = identities.cachedCounterpart(of: caller.userID) {
            exchange.bridged = Self.bridged(known)
            return false
        }
        loop.eventLoop.makeFutureWithTask { try await identities.counterpart(of: caller.userID) }.assumeIsolated()
            .whenComplete { result in
                guard exchange === self.exchange else { return }
                switch result {
                case .success(let counterpart): exchange.bridged = Self.bridged(counterpart)
                case .failure(let error): exchange.bridged = .oursPerhaps(reason: "\(error)")
                }
                self.ask(exchange, route, subject)
                self.flush()
            }
        updateDeadline()
        return true
    }

    private static func bridged(_ counterpart: LegacyIdentities.Counterpart) -> BridgedCaller {
        switch counterpart {
        case .account(let account): .ours(account)
        case .none: .oursAlone
        }
    }
}
