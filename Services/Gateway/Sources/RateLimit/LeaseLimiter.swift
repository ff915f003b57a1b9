package import NIOCore
import Synchronization

/// Rate limits out of tokens that this process holds in advance: Redis is asked for a supply, not for each request.
///
/// One refill of a limit is in flight at a time, and all who wait for it share it; what several limits need at once leaves
/// in one write. A limit that is too small for leases, and every limit while this process holds no slot (``LeaseSlot``), is
/// asked for in Redis request by request. Either way a denial is remembered until there can be an admission again.
package final class LeaseLimiter: Sendable {
    /// Asks for tokens of the limit with the key, granted against a burst.
    package typealias Refill =
        @Sendable (_ key: String, RateLimit, _ burst: Int, LeaseWish, any EventLoop) -> EventLoopFuture<LeaseGrant>
    /// Asks all limits for one request, each granted against its burst: all are charged or none is.
    package typealias Exact =
        @Sendable ([RateLimitQuestion], _ bursts: [Int], any EventLoop) -> EventLoopFuture<RateLimitDecision>

    /// A request that finds its supply used up by others so often asks for itself alone.
    private static let patience = 3

    private let gateways: Int
    private let slot: LeaseSlot
    package let refill: Refill
    package let exact: Exact
    private let shards: [LeaseShard]

    /// - Parameters:
    ///   - gateways: the most processes that hold tokens at once.
    ///   - capacity: how many limits are remembered; beyond it those that were not used for longest are forgotten.
    package init(
        gateways: Int, slot: LeaseSlot, capacity: Int = 65_536, refill: @escaping Refill, exact: @escaping Exact
    ) {
        self.gateways = gateways
        self.slot = slot
        self.refill = refill
        self.exact = exact
        shards = (0..<16).map { _ in LeaseShard(capacity: capacity / 16) }
    }

    /// - Returns: the decision, where the tokens are there; else a future of `eventLoop`, which fails when Redis had to be
    ///   asked and did not answer.
    package func ask(_ questions: [RateLimitQuestion], on eventLoop: any EventLoop) -> Eventual<RateLimitDecision> {
        ask(questions, on: eventLoop, attempt: 0)
    }

    private func ask(
        _ questions: [RateLimitQuestion], on eventLoop: any EventLoop, attempt: Int
    ) -> Eventual<RateLimitDecision> {
        let now = RequestGuard.microseconds()
        guard let holder = slot.holder(now: now), attempt < Self.patience else {
            return askRedis(questions, now: now, on: eventLoop)
        }
        var taken: [RateLimitQuestion] = []
        var shares: [RateLimitDecision.Share] = []
        shares.reserveCapacity(questions.count)
        for (index, question) in questions.enumerated() {
            let terms = terms(question)
            guard terms.covers(question.cost) else { continue }
            let outcome = take(question, terms, holder: holder, now: now, on: eventLoop)
            switch outcome {
            case .admitted(let share):
                taken.append(question)
                shares.append(share)
            case .denied(let share):
                decide(.givenBack, of: taken, holder: holder)
                return .now(RateLimitDecision(isAdmitted: false, shares: [share]))
            case .asksAlone:
                decide(.givenBack, of: taken, holder: holder)
                return askRedis(questions, now: now, on: eventLoop)
            case .waits(let supplied):
                decide(.givenBack, of: taken, holder: holder)
                prepare(questions[(index + 1)...], holder: holder, now: now, on: eventLoop)
                return .later(
                    supplied.flatMap {
                        self.ask(questions, on: eventLoop, attempt: attempt + 1).future(on: eventLoop)
                    })
            }
        }
        guard taken.count < questions.count else { return .now(RateLimitDecision(isAdmitted: true, shares: shares)) }
        let rest = questions.filter { !terms($0).covers($0.cost) }
        let (paid, held) = (taken, shares)
        decide(.reserved, of: paid, holder: holder)
        let settled = askRedis(rest, now: now, on: eventLoop).map { decision in
            self.decide(.settled(isSpent: decision.isAdmitted), of: paid, holder: holder)
            guard decision.isAdmitted else { return decision }
            return RateLimitDecision(isAdmitted: true, shares: held + decision.shares)
        }
        guard case .later(let decision) = settled else { return settled }
        return .later(
            decision.flatMapErrorThrowing { error in
                self.decide(.settled(isSpent: false), of: paid, holder: holder)
                throw error
            })
    }

    // MARK: One question to Redis

    private func askRedis(
        _ questions: [RateLimitQuestion], now: Int, on eventLoop: any EventLoop
    ) -> Eventual<RateLimitDecision> {
        for question in questions {
            guard let denied = shard(question).denial(question, now: now) else { continue }
            return .now(RateLimitDecision(isAdmitted: false, shares: [denied]))
        }
        let answer = exact(questions, questions.map { terms($0).sharedBurst }, eventLoop).map { decision in
            guard !decision.isAdmitted else { return decision }
            let now = RequestGuard.microseconds()
            for (question, share) in zip(questions, decision.shares) where share.retryAfter > 0 {
                self.shard(question).remember(
                    denialOf: question, self.terms(question), retryAfter: share.retryAfter, now: now)
            }
            return decision
        }
        return .later(answer)
    }

    // MARK: Leases

    private func take(
        _ question: RateLimitQuestion, _ terms: LeaseTerms, holder: Int, now: Int, on eventLoop: any EventLoop
    ) -> LeaseShard.Taken.Outcome {
        let taken = shard(question).take(question, terms, holder: holder, now: now, on: eventLoop)
        if let wish = taken.wish { supply(question, terms, wish, holder: holder, on: eventLoop) }
        return taken.outcome
    }

    /// What the request will need besides what it waits for is asked for at the same time.
    private func prepare(
        _ questions: ArraySlice<RateLimitQuestion>, holder: Int, now: Int, on eventLoop: any EventLoop
    ) {
        for question in questions {
            let terms = terms(question)
            guard terms.covers(question.cost),
                let wish = shard(question).prepare(question, terms, holder: holder, now: now)
            else { continue }
            supply(question, terms, wish, holder: holder, on: eventLoop)
        }
    }

    private func supply(
        _ question: RateLimitQuestion, _ terms: LeaseTerms, _ wish: LeaseWish, holder: Int, on eventLoop: any EventLoop
    ) {
        let shard = shard(question)
        refill(question.key, question.policy.limit, terms.sharedBurst, wish, eventLoop).whenComplete { grant in
            shard.endRefill(question, grant, for: wish, holder: holder, now: RequestGuard.microseconds())
        }
    }

    private func decide(_ fate: LeaseShard.Fate, of questions: [RateLimitQuestion], holder: Int) {
        for question in questions { shard(question).decide(fate, of: question, terms(question), holder: holder) }
    }

    private func terms(_ question: RateLimitQuestion) -> LeaseTerms {
        LeaseTerms(question.policy, gateways: gateways)
    }

    private func shard(_ question: RateLimitQuestion) -> LeaseShard {
        shards[Int(UInt(bitPattern: question.key.hashValue) % UInt(shards.count))]
    }
}
