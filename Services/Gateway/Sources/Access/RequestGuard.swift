package import Authentication
package import NIOCore

/// What a request must pass before it goes upstream: its token is not revoked, and no limit is used up.
///
/// Revocations are known in this process, and waited for only where they are not proven complete. Which limits are asked
/// the route says; when they cannot be, because Redis is away, each policy has said what becomes of the request.
package struct RequestGuard: Sendable {
    /// Whose share of the limits a request takes.
    package struct Subject: Sendable {
        /// `nil` for an anonymous request.
        package let caller: AccessToken?
        /// What stands for a user of a monolith's who is nobody here: letters and digits.
        package let legacyUser: String?
        /// The client's.
        package let address: String

        package init(caller: AccessToken? = nil, legacyUser: String? = nil, address: String) {
            self.caller = caller
            self.legacyUser = legacyUser
            self.address = address
        }
    }

    package enum Verdict: Sendable {
        /// The decision is missing when there is nothing to be asked, or when the request may pass without.
        case admitted(RateLimitDecision?)
        case limited(RateLimitDecision)
        /// The limiter could not be asked, and a policy does not let the request pass without.
        case uncounted(reason: String)
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

    package typealias Limiter = @Sendable ([RateLimitQuestion], any EventLoop) -> Eventual<RateLimitDecision>

    private let revocations: Revocations
    private let limiter: Limiter
    private let gateways: Int
    private let fallback = LocalRateLimiter()

    /// - Parameter gateways: among how many processes a limit is divided while each counts by itself.
    package init(revocations: Revocations, gateways: Int = 1, limiter: @escaping Limiter) {
        self.revocations = revocations
        self.gateways = gateways
        self.limiter = limiter
    }

    /// What is known of a token now; never waits.
    package func verdict(on token: AccessToken) -> RevocationVerdict { revocations.verdict(token) }

    /// - Returns: what never fails, of `eventLoop`.
    package func check(_ subject: Subject, route: Route, on eventLoop: any EventLoop) -> Eventual<Verdict> {
        let questions = route.questions(subject)
        guard let token = subject.caller else { return checkLimits(questions, on: eventLoop) }
        switch revocations.verdict(token) {
        case .valid: return checkLimits(questions, on: eventLoop)
        case .revoked: return .now(.revoked)
        case .unproven:
            return .later(
                revocations.settledVerdict(token, eventLoop).flatMap { verdict in
                    switch verdict {
                    case .valid: checkLimits(questions, on: eventLoop).future(on: eventLoop)
                    case .revoked: eventLoop.makeSucceededFuture(.revoked)
                    case .unproven:
                        eventLoop.makeSucceededFuture(.unavailable(reason: "\(RevocationWatch.unproven)"))
                    }
                })
        }
    }

    private func checkLimits(_ questions: [RateLimitQuestion], on eventLoop: any EventLoop) -> Eventual<Verdict> {
        guard !questions.isEmpty else { return .now(.admitted(nil)) }
        switch limiter(questions, eventLoop) {
        case .now(let decision): return .now(Self.verdict(decision))
        case .later(let decision):
            return .later(
                decision.map(Self.verdict).flatMapErrorThrowing { error in
                    verdictWithoutRedis(questions, error, now: Self.microseconds())
                })
        }
    }

    /// A policy that is closed decides alone; of the others those that are local are asked here.
    private func verdictWithoutRedis(_ questions: [RateLimitQuestion], _ error: any Error, now: Int) -> Verdict {
        if let closed = questions.first(where: { $0.policy.fallback == .closed }) {
            return .uncounted(reason: "Policy \(closed.policy.name) is closed without Redis: \(error)")
        }
        let local = questions.filter { $0.policy.fallback == .local }
        guard !local.isEmpty else { return .admitted(nil) }
        return Self.verdict(fallback.ask(local, now: now, among: gateways))
    }

    private static func verdict(_ decision: RateLimitDecision) -> Verdict {
        decision.isAdmitted ? .admitted(decision) : .limited(decision)
    }

    /// On a clock that only goes forward.
    package static func microseconds() -> Int { Int(NIODeadline.now().uptimeNanoseconds / 1000) }
}
