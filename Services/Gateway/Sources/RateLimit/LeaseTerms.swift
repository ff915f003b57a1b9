/// How the tokens of one limit are shared between Redis and the gateways that hold some in advance.
///
/// With burst B and at most N gateways holding at most C tokens each, Redis grants against B − N·C. What is admitted in any
/// window of length t is then at most N·C, held when the window began, and what Redis granted in it: B + rate · t in all.
package struct LeaseTerms: Sendable, Hashable {
    /// Tokens that one gateway may hold; 0 for a limit that is too small for that, whose every request asks Redis.
    package let holding: Int
    /// The burst that Redis grants against.
    package let sharedBurst: Int

    /// - Parameters:
    ///   - gateways: the most gateways that hold tokens at once, at least 1.
    ///   - percent: of the burst that all gateways together may hold; it is what a gateway that has just started cannot give.
    package init(_ limit: RateLimit, gateways: Int, percent: Int = 10) {
        let share = limit.burst * percent / (100 * max(1, gateways))
        // A lease of one token would ask as often as no lease.
        holding = share >= 2 ? share : 0
        sharedBurst = limit.burst - holding * max(1, gateways)
    }

    /// Tokens at which a new supply is asked for, before the last is gone.
    var refillMark: Int { holding / 4 }
}
