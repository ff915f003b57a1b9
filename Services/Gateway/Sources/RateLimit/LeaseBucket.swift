/// One limit's tokens in one gateway: debited in Redis in advance, spent here without asking.
///
/// Pure: it is told what happens, with the time in microseconds on a clock that only goes forward.
package struct LeaseBucket: Sendable, Hashable {
    package enum Answer: Sendable, Hashable {
        case admitted
        /// No token before so many microseconds have passed.
        case denied(retryAfter: Int)
        /// The tokens are gone, and whether there are more only Redis knows.
        case mustAsk
    }

    package private(set) var tokens = 0
    /// A refill was asked for and has not been answered.
    package private(set) var isRefilling = false
    /// What Redis had left at its last answer.
    private var sharedRemaining: Int
    private var answeredAt: Int
    private var deniedUntil = 0
    private(set) var lastUse: Int

    package init(_ terms: LeaseTerms, now: Int) {
        sharedRemaining = terms.sharedBurst
        answeredAt = now
        lastUse = now
    }

    /// Spends `cost` tokens, or says why not.
    package mutating func take(_ cost: Int, now: Int) -> Answer {
        lastUse = now
        if cost <= tokens {
            tokens -= cost
            return .admitted
        }
        return now < deniedUntil ? .denied(retryAfter: deniedUntil - now) : .mustAsk
    }

    /// Undoes a ``take(_:now:)`` whose request was refused by another limit.
    package mutating func giveBack(_ cost: Int) { tokens += cost }

    /// How many tokens to ask Redis for now, if any; the bucket then counts as refilling.
    ///
    /// - Parameter isNeeded: somebody waits; otherwise only a low supply is filled up.
    package mutating func beginRefill(_ terms: LeaseTerms, isNeeded: Bool, now: Int) -> Int? {
        guard !isRefilling, now >= deniedUntil, isNeeded || tokens <= terms.refillMark, tokens < terms.holding else {
            return nil
        }
        isRefilling = true
        return terms.holding - tokens
    }

    package mutating func endRefill(_ grant: LeaseGrant, now: Int) {
        isRefilling = false
        tokens += grant.tokens
        sharedRemaining = grant.remaining
        answeredAt = now
        // Until then Redis would say the same again.
        deniedUntil = grant.tokens > 0 ? 0 : now + grant.retryAfter
    }

    /// The question was lost; what it may have debited is never spent.
    package mutating func failRefill() { isRefilling = false }

    /// Requests that would be admitted right now, as far as is known here.
    package func remaining(_ limit: RateLimit, _ terms: LeaseTerms, now: Int) -> Int {
        let regained = max(0, now - answeredAt) / limit.emissionInterval
        return min(tokens + min(sharedRemaining + regained, terms.sharedBurst), limit.burst)
    }
}
