/// Counts tokens that turn out to be none, by the address they come from, so that nobody makes this process verify
/// signatures as fast as it can. Good tokens cost nothing here.
package struct FailedAuthentications: Sendable {
    private let limiter: LocalRateLimiter
    private let policy: RateLimitPolicy

    package init(limit: RateLimit) { self.init(limit: limit, limiter: LocalRateLimiter()) }

    private init(limit: RateLimit, limiter: LocalRateLimiter) {
        self.limiter = limiter
        policy = RateLimitPolicy(name: "failed-authentications", limit: limit, key: [.address])
    }

    /// The same counts against another limit.
    func adopting(_ limit: RateLimit) -> FailedAuthentications { FailedAuthentications(limit: limit, limiter: limiter) }

    /// - Returns: the refusal, when the address has used up its tries.
    func refusal(for address: String) -> RateLimitDecision? {
        let decision = limiter.ask([question(address, cost: 0)], now: RequestGuard.microseconds())
        guard let share = decision.shares.first, share.remaining == 0 else { return nil }
        let interval = share.policy.limit.emissionInterval
        return RateLimitDecision(
            isAdmitted: false,
            shares: [.init(policy: share.policy, remaining: 0, resetAfter: share.resetAfter, retryAfter: interval)])
    }

    func count(_ address: String) {
        _ = limiter.ask([question(address, cost: 1)], now: RequestGuard.microseconds())
    }

    private func question(_ address: String, cost: Int) -> RateLimitQuestion {
        RateLimitQuestion(policy: policy, key: RouteLimit.prefix(address), cost: cost)
    }
}
