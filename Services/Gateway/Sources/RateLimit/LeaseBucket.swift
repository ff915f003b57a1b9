/// One limit's tokens in one gateway: debited in Redis in advance, spent here without asking.
///
/// Pure: it is told what happens, with the time in microseconds on a clock that only goes forward.
package struct LeaseBucket: Sendable, Hashable {
    package enum Answer: Sendable, Hashable {
        case admitted
        /// Not enough tokens before so many microseconds have passed.
        case denied(retryAfter: Int)
        /// There are too few tokens here, and whether there are more only Redis knows.
        case mustAsk
    }

    package private(set) var tokens = 0
    /// Tokens that were taken and may come back.
    private var reserved = 0
    /// A refill was asked for and has not been answered.
    package private(set) var isRefilling = false
    /// Tokens that it may bring.
    private var asked = 0
    /// What Redis had left at its last answer.
    private var sharedRemaining: Int
    private var answeredAt: Int
    /// Until then Redis has fewer than `deniedTokens` left.
    private var deniedUntil = 0
    private var deniedTokens = 0
    private let quantum: Int
    private(set) var lastUse: Int

    package init(_ terms: LeaseTerms, now: Int) {
        sharedRemaining = terms.sharedBurst
        quantum = terms.quantum
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
        return denial(of: cost, now: now) ?? .mustAsk
    }

    /// What is known of a request without asking: the denial that Redis would repeat.
    package func denial(of cost: Int, now: Int) -> Answer? {
        now < deniedUntil && max(quantum, cost - tokens) >= deniedTokens ? .denied(retryAfter: deniedUntil - now) : nil
    }

    /// Redis has refused a request that asked it for so many tokens; until then it would refuse it again.
    package mutating func remember(denialOf tokens: Int, retryAfter: Int, now: Int) {
        lastUse = now
        deniedTokens = tokens
        deniedUntil = now + retryAfter
    }

    /// Undoes a ``take(_:now:)`` at once, because another limit has refused the request. Meanwhile a refill may have come:
    /// what would be more than may be held is lost.
    package mutating func giveBack(_ cost: Int, _ terms: LeaseTerms) {
        tokens = max(tokens, min(tokens + cost, terms.holding - reserved - (isRefilling ? asked : 0)))
    }

    /// What was just taken may come back, once Redis has been asked for another limit. Until then it counts as held.
    package mutating func reserve(_ cost: Int) { reserved += cost }

    package mutating func settle(_ cost: Int, isSpent: Bool, _ terms: LeaseTerms) {
        reserved = max(0, reserved - cost)  // 0: the bucket was made anew meanwhile
        if !isSpent { giveBack(cost, terms) }
    }

    /// How many tokens to ask Redis for now, if any; the bucket then counts as refilling.
    ///
    /// - Parameter cost: what somebody waits for; 0 when nobody does, and only a low supply is filled up.
    package mutating func beginRefill(_ terms: LeaseTerms, for cost: Int = 0, now: Int) -> LeaseWish? {
        let place = terms.holding - reserved - tokens
        guard !isRefilling, place >= max(1, cost - tokens), cost > tokens || tokens <= terms.refillMark else {
            return nil
        }
        let least = min(max(quantum, cost - tokens), place)
        guard now >= deniedUntil || least < deniedTokens else { return nil }
        isRefilling = true
        asked = place
        return LeaseWish(tokens: asked, least: least)
    }

    package mutating func endRefill(_ grant: LeaseGrant, for wish: LeaseWish, now: Int) {
        isRefilling = false
        tokens += grant.tokens
        sharedRemaining = grant.remaining
        answeredAt = now
        deniedUntil = 0
        if grant.tokens == 0 { remember(denialOf: wish.least, retryAfter: grant.retryAfter, now: now) }
    }

    /// The question was lost; what it may have debited is never spent.
    package mutating func failRefill() { isRefilling = false }

    /// Requests that would be admitted right now, as far as is known here.
    package func remaining(_ limit: RateLimit, _ terms: LeaseTerms, now: Int) -> Int {
        let regained = max(0, now - answeredAt) / limit.emissionInterval
        return min(tokens + min(sharedRemaining + regained, terms.sharedBurst), limit.burst)
    }
}
