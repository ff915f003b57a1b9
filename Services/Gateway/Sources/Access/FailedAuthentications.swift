/// Counts tokens that turn out to be none, by the address they come from, so that nobody makes this process verify
/// signatures as fast as it can. Good tokens cost nothing here.
package struct FailedAuthentications: Sendable {
    private let limiter = LocalRateLimiter()
    private let policies: RateLimitPolicies

    package init(policies: RateLimitPolicies) { self.policies = policies }

    /// - Returns: the refusal, when the address has used up its tries.
    func refusal(for address: String) -> RateLimitDecision? {
        let questions = policies.failedAuthentication(address: address)
        let decision = limiter.ask(questions, now: RequestGuard.microseconds(), cost: 0)
        guard let share = decision.shares.first, share.remaining == 0 else { return nil }
        let interval = share.policy.limit.emissionInterval
        return RateLimitDecision(
            isAdmitted: false,
            shares: [.init(policy: share.policy, remaining: 0, resetAfter: share.resetAfter, retryAfter: interval)])
    }

    func count(_ address: String) {
        _ = limiter.ask(policies.failedAuthentication(address: address), now: RequestGuard.microseconds())
    }
}
