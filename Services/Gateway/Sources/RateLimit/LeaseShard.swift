import NIOCore
import Synchronization

/// Some of the buckets of a ``LeaseLimiter`` behind one lock, with those who wait for their next supply.
final class LeaseShard: Sendable {
    struct Taken {
        enum Outcome {
            case admitted(RateLimitDecision.Share)
            case denied(RateLimitDecision.Share)
            /// Succeeds when the supply came, fails when it did not.
            case waits(EventLoopFuture<Void>)
        }

        let outcome: Outcome
        /// Tokens to be asked for now.
        let wanted: Int?
    }

    private struct Entry {
        var bucket: LeaseBucket
        /// Tokens belong to the slot that was held when they were granted.
        var holder: Int
        var waiting: [EventLoopPromise<Void>] = []
    }

    private let capacity: Int
    private let entries = Mutex<[String: Entry]>([:])

    init(capacity: Int) { self.capacity = max(1, capacity) }

    func take(
        _ question: RateLimitQuestion, _ terms: LeaseTerms, holder: Int, now: Int, on eventLoop: any EventLoop
    ) -> Taken {
        let limit = question.policy.limit
        return entries.withLock { entries in
            var entry = entries[question.key] ?? Entry(bucket: LeaseBucket(terms, now: now), holder: holder)
            if entry.holder != holder, !entry.bucket.isRefilling {
                entry = Entry(bucket: LeaseBucket(terms, now: now), holder: holder)
            }
            let answer = entry.holder == holder ? entry.bucket.take(1, now: now) : .mustAsk
            let outcome: Taken.Outcome
            var isNeeded = false
            switch answer {
            case .admitted:
                let remaining = entry.bucket.remaining(limit, terms, now: now)
                outcome = .admitted(Self.share(question, remaining: remaining, retryAfter: 0))
            case .denied(let retryAfter):
                outcome = .denied(Self.share(question, remaining: 0, retryAfter: retryAfter))
            case .mustAsk:
                let promise = eventLoop.makePromise(of: Void.self)
                entry.waiting.append(promise)
                isNeeded = true
                outcome = .waits(promise.futureResult)
            }
            let wanted = entry.bucket.beginRefill(terms, isNeeded: isNeeded, now: now)
            if entries.count >= capacity, entries[question.key] == nil { Self.makeRoom(in: &entries) }
            entries[question.key] = entry
            return Taken(outcome: outcome, wanted: wanted)
        }
    }

    func endRefill(_ key: String, _ grant: Result<LeaseGrant, any Error>, holder: Int, now: Int) {
        let waiting = entries.withLock { entries -> [EventLoopPromise<Void>] in
            guard var entry = entries[key] else { return [] }
            switch grant {
            case .success(let grant) where entry.holder == holder: entry.bucket.endRefill(grant, now: now)
            case .success, .failure: entry.bucket.failRefill()
            }
            defer { entries[key] = entry }
            defer { entry.waiting = [] }
            return entry.waiting
        }
        for promise in waiting { promise.completeWith(grant.map { _ in }) }
    }

    func giveBack(_ key: String) {
        entries.withLock { $0[key]?.bucket.giveBack(1) }
    }

    private static func share(
        _ question: RateLimitQuestion, remaining: Int, retryAfter: Int
    ) -> RateLimitDecision.Share {
        let limit = question.policy.limit
        return .init(
            policy: question.policy, remaining: remaining,
            resetAfter: (limit.burst - remaining) * limit.emissionInterval, retryAfter: retryAfter)
    }

    /// Forgets the half that was not used for longest; their tokens stay debited and are never spent.
    private static func makeRoom(in entries: inout [String: Entry]) {
        let uses = entries.values.map(\.bucket.lastUse).sorted()
        let middle = uses[uses.count / 2]
        entries = entries.filter { $0.value.bucket.isRefilling || $0.value.bucket.lastUse > middle }
    }
}
