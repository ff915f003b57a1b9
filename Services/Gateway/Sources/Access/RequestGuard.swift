package import Authentication
package import NIOCore

/// What a request must pass before it goes upstream: its token is not revoked, and no limit is used up.
///
/// Both are asked in Redis in one write, so that a request waits for one round trip at most. They are two small closures
/// to be replaced by ones that need no round trip.
package struct RequestGuard: Sendable {
    /// Whose share of the limits a request takes.
    package enum Subject: Sendable {
        case caller(AccessToken)
        /// Nobody known, by the client's address.
        case address(String)
    }

    package enum Verdict: Sendable {
        /// The decision is missing when the limiter could not be asked and the request may pass without.
        case admitted(RateLimitDecision?)
        case limited(RateLimitDecision)
        case revoked
        /// Whether the token still holds cannot be known now; the reason is for the log.
        case unavailable(reason: String)
    }

    package typealias RevocationCheck = @Sendable (AccessToken, any EventLoop) -> EventLoopFuture<Bool>
    package typealias Limiter = @Sendable ([RateLimitQuestion], any EventLoop) -> EventLoopFuture<RateLimitDecision>

    private let isRevoked: RevocationCheck
    private let limiter: Limiter
    private let policies: RateLimitPolicies
    private let fallback = LocalRateLimiter()

    package init(policies: RateLimitPolicies, isRevoked: @escaping RevocationCheck, limiter: @escaping Limiter) {
        self.policies = policies
        self.isRevoked = isRevoked
        self.limiter = limiter
    }

    /// - Returns: a future of `eventLoop` that never fails.
    package func check(_ subject: Subject, route: Route, on eventLoop: any EventLoop) -> EventLoopFuture<Verdict> {
        let questions = policies.questions(subject, route: route)
        switch subject {
        case .caller(let token): return check(token, questions, on: eventLoop)
        case .address: return check(questions, on: eventLoop)
        }
    }

    /// A revocation that cannot be asked for stops the request; a limit alone does not.
    private func check(
        _ token: AccessToken, _ questions: [RateLimitQuestion], on eventLoop: any EventLoop
    ) -> EventLoopFuture<Verdict> {
        let revocation = isRevoked(token, eventLoop)
        let limit = limiter(questions, eventLoop)
        let verdict = eventLoop.makePromise(of: Verdict.self)
        revocation.assumeIsolated().whenComplete { revoked in
            switch revoked {
            case .success(true): verdict.succeed(.revoked)
            case .failure(let error): verdict.succeed(.unavailable(reason: "\(error)"))
            case .success(false):
                limit.assumeIsolated().whenComplete { decision in
                    switch decision {
                    case .success(let decision): verdict.succeed(Self.verdict(decision))
                    case .failure: verdict.succeed(.admitted(nil))
                    }
                }
            }
        }
        return verdict.futureResult
    }

    /// Without Redis anonymous requests are limited by this process alone; Auth closes logins by itself then.
    private func check(
        _ questions: [RateLimitQuestion], on eventLoop: any EventLoop
    ) -> EventLoopFuture<Verdict> {
        let fallback = fallback
        return limiter(questions, eventLoop)
            .map(Self.verdict)
            .flatMapErrorThrowing { _ in Self.verdict(fallback.ask(questions, now: Self.microseconds())) }
    }

    private static func verdict(_ decision: RateLimitDecision) -> Verdict {
        decision.isAdmitted ? .admitted(decision) : .limited(decision)
    }

    /// On a clock that only goes forward.
    package static func microseconds() -> Int { Int(NIODeadline.now().uptimeNanoseconds / 1000) }
}
