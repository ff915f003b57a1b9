package import Authentication
package import NIOCore

/// What a request must pass before it goes upstream: its token is not revoked, and no limit is used up.
///
/// Revocations are known in this process, and waited for only where they are not proven complete. Limits are asked in
/// Redis: a small closure to be replaced by one that needs no round trip.
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

    /// How the guard learns whether a token was ended.
    package struct Revocations: Sendable {
        /// What is known now; never waits.
        package let verdict: @Sendable (AccessToken) -> RevocationVerdict
        /// Waits for a proof for a short time. The future is of the event loop and never fails.
        package let settledVerdict: @Sendable (AccessToken, any EventLoop) -> EventLoopFuture<RevocationVerdict>

        package init(
            verdict: @escaping @Sendable (AccessToken) -> RevocationVerdict,
            settledVerdict: @escaping @Sendable (AccessToken, any EventLoop) -> EventLoopFuture<RevocationVerdict>
        ) {
            self.verdict = verdict
            self.settledVerdict = settledVerdict
        }

        package init(_ watch: RevocationWatch) {
            self.init(
                verdict: { watch.verdict(on: $0) },
                settledVerdict: { watch.settledVerdict(on: $0, eventLoop: $1) })
        }
    }

    package typealias Limiter = @Sendable ([RateLimitQuestion], any EventLoop) -> EventLoopFuture<RateLimitDecision>

    private let revocations: Revocations
    private let limiter: Limiter
    private let policies: RateLimitPolicies
    private let fallback = LocalRateLimiter()

    package init(policies: RateLimitPolicies, revocations: Revocations, limiter: @escaping Limiter) {
        self.policies = policies
        self.revocations = revocations
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

    /// A revocation that cannot be known stops the request; a limit alone does not.
    private func check(
        _ token: AccessToken, _ questions: [RateLimitQuestion], on eventLoop: any EventLoop
    ) -> EventLoopFuture<Verdict> {
        switch revocations.verdict(token) {
        case .valid: return checkLimit(questions, on: eventLoop)
        case .revoked: return eventLoop.makeSucceededFuture(.revoked)
        case .unproven:
            return revocations.settledVerdict(token, eventLoop).assumeIsolated().flatMap { verdict in
                switch verdict {
                case .valid: checkLimit(questions, on: eventLoop)
                case .revoked: eventLoop.makeSucceededFuture(.revoked)
                case .unproven:
                    eventLoop.makeSucceededFuture(.unavailable(reason: "\(RevocationWatch.unproven)"))
                }
            }.nonisolated()
        }
    }

    private func checkLimit(
        _ questions: [RateLimitQuestion], on eventLoop: any EventLoop
    ) -> EventLoopFuture<Verdict> {
        limiter(questions, eventLoop).map(Self.verdict).recover { _ in .admitted(nil) }
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
