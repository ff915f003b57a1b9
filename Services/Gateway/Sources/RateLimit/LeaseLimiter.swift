package import NIOCore
import Synchronization

/// Rate limits out of tokens that this process holds in advance: Redis is asked for a supply, not for each request.
///
/// One refill of a limit is in flight at a time, and all who wait for it share it. A limit that is too small for leases, and
/// every limit while this process holds no slot (``LeaseSlot``), is asked for in Redis request by request.
package final class LeaseLimiter: Sendable {
    /// Asks for tokens of the limit with the key, granted against a burst.
    package typealias Refill =
        @Sendable (_ key: String, RateLimit, _ burst: Int, _ wanted: Int, any EventLoop) -> EventLoopFuture<LeaseGrant>
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

    /// - Returns: a future of `eventLoop` that fails when Redis had to be asked and did not answer.
    package func ask(_ questions: [RateLimitQuestion], on eventLoop: any EventLoop) -> EventLoopFuture<
        RateLimitDecision
    > {
        ask(questions, on: eventLoop, attempt: 0)
    }

    private func ask(
        _ questions: [RateLimitQuestion], on eventLoop: any EventLoop, attempt: Int
    ) -> EventLoopFuture<RateLimitDecision> {
        let now = RequestGuard.microseconds()
        guard let holder = slot.holder(now: now), attempt < Self.patience else {
            return exact(questions, questions.map { terms($0).sharedBurst }, eventLoop)
        }
        var shares: [RateLimitDecision.Share] = []
        shares.reserveCapacity(questions.count)
        for (index, question) in questions.enumerated() {
            let terms = terms(question)
            guard terms.holding > 0 else { continue }
            let taken = shard(question).take(question, terms, holder: holder, now: now, on: eventLoop)
            if let wanted = taken.wanted { supply(question, terms, wanted, holder: holder, on: eventLoop) }
            switch taken.outcome {
            case .admitted(let share): shares.append(share)
            case .denied(let share):
                giveBack(questions[..<index])
                return eventLoop.makeSucceededFuture(RateLimitDecision(isAdmitted: false, shares: [share]))
            case .waits(let supplied):
                giveBack(questions[..<index])
                return supplied.flatMap { self.ask(questions, on: eventLoop, attempt: attempt + 1) }
            }
        }
        let small = shares.count == questions.count ? [] : questions.filter { terms($0).holding == 0 }
        guard !small.isEmpty else {
            return eventLoop.makeSucceededFuture(RateLimitDecision(isAdmitted: true, shares: shares))
        }
        let held = shares
        return exact(small, small.map(\.policy.limit.burst), eventLoop).map { decision in
            guard decision.isAdmitted else {
                self.giveBack(questions[...])
                return decision
            }
            return RateLimitDecision(isAdmitted: true, shares: held + decision.shares)
        }.flatMapErrorThrowing { error in
            self.giveBack(questions[...])
            throw error
        }
    }

    private func supply(
        _ question: RateLimitQuestion, _ terms: LeaseTerms, _ wanted: Int, holder: Int, on eventLoop: any EventLoop
    ) {
        let shard = shard(question)
        refill(question.key, question.policy.limit, terms.sharedBurst, wanted, eventLoop).whenComplete { grant in
            shard.endRefill(question.key, grant, holder: holder, now: RequestGuard.microseconds())
        }
    }

    private func giveBack(_ questions: ArraySlice<RateLimitQuestion>) {
        for question in questions where terms(question).holding > 0 { shard(question).giveBack(question.key) }
    }

    private func terms(_ question: RateLimitQuestion) -> LeaseTerms {
        LeaseTerms(question.policy.limit, gateways: gateways)
    }

    private func shard(_ question: RateLimitQuestion) -> LeaseShard {
        shards[Int(UInt(bitPattern: question.key.hashValue) % UInt(shards.count))]
    }
}
