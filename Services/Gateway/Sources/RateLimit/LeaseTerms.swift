/// How the tokens of one limit are shared between Redis and the gateways that hold some in advance.
///
/// With burst B and at most N gateways holding at most C tokens each, Redis grants against B − N·C. What is admitted in any
/// window of length t is then at most N·C, held when the window began, and what Redis granted in it: B + rate · t in all.
package struct LeaseTerms: Sendable, Hashable {
    /// Tokens that one gateway may hold; 0 for a limit that is too small for that, whose every request asks Redis.
    package let holding: Int
    /// The burst that Redis grants against.
    package let sharedBurst: Int

    /// As many tokens at least are taken at once: where Redis has fewer they are left to gather, so that a fast limit that is
    /// used up does not cost a question for each token.
    package let quantum: Int

    /// How long tokens may gather, in microseconds.
    private static let gathering = 50_000

    /// The part of a burst that all gateways together may hold, in percent: what a gateway that has just started cannot
    /// give while the others are idle.
    package static let usualPercent = 10

    /// - Parameters:
    ///   - gateways: the most gateways that hold tokens at once, at least 1.
    ///   - percent: of the burst that all gateways together may hold.
    package init(_ limit: RateLimit, gateways: Int, percent: Int = usualPercent) {
        let share = limit.burst * percent / (100 * max(1, gateways))
        // A lease of one token would ask as often as no lease.
        holding = share >= 2 ? share : 0
        sharedBurst = limit.burst - holding * max(1, gateways)
        quantum = max(1, min(holding / 4, Self.gathering / limit.emissionInterval))
    }

    /// Every request asks Redis, which has the whole burst.
    private init(exact limit: RateLimit) {
        holding = 0
        sharedBurst = limit.burst
        quantum = 1
    }

    package init(_ policy: RateLimitPolicy, gateways: Int) {
        self = policy.isExact ? LeaseTerms(exact: policy.limit) : LeaseTerms(policy.limit, gateways: gateways)
    }

    /// Whether a request may be paid for out of what is held. One that costs more than a gateway may hold asks Redis.
    package func covers(_ cost: Int) -> Bool { cost <= holding }

    /// Tokens at which a new supply is asked for, before the last is gone.
    var refillMark: Int { holding / 4 }
}
