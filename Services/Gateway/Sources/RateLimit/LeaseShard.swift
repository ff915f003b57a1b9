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
            /// All that may be held is held for requests under way: this one has to ask for itself.
            case asksAlone
        }

        let outcome: Outcome
        /// Tokens to be asked for now.
        let wish: LeaseWish?
    }

    /// For what tokens were granted: another slot or another limit has no right to them.
    struct Title: Hashable {
        /// Which holding of the slot; 0 for an entry that only remembers a denial.
        let holder: Int
        let burst: Int
        let interval: Int

        init(holder: Int, _ limit: RateLimit) {
            self.holder = holder
            burst = limit.burst
            interval = limit.emissionInterval
        }

        func isFor(_ limit: RateLimit) -> Bool { burst == limit.burst && interval == limit.emissionInterval }
    }

    private struct Entry {
        var bucket: LeaseBucket
        var title: Title
        var waiting: [EventLoopPromise<Void>] = []
    }

    private let capacity: Int
    private let entries = Mutex<[String: Entry]>([:])

    init(capacity: Int) { self.capacity = max(1, capacity) }

    // MARK: Leases

    func take(
        _ question: RateLimitQuestion, _ terms: LeaseTerms, holder: Int, now: Int, on eventLoop: any EventLoop
    ) -> Taken {
        let title = Title(holder: holder, question.policy.limit)
        return change(question.key, terms, title, now: now) { entry in
            let answer = entry.title == title ? entry.bucket.take(question.cost, now: now) : .mustAsk
            let outcome: Taken.Outcome
            switch answer {
            case .admitted:
                let remaining = entry.bucket.remaining(question.policy.limit, terms, now: now)
                outcome = .admitted(Self.share(question, remaining: remaining, retryAfter: 0))
            case .denied(let retryAfter):
                let remaining = entry.bucket.remaining(question.policy.limit, terms, now: now)
                let left = min(remaining, question.cost - 1)
                outcome = .denied(Self.share(question, remaining: left, retryAfter: retryAfter))
            case .mustAsk: return wait(for: question, terms, &entry, now: now, on: eventLoop)
            }
            return Taken(outcome: outcome, wish: entry.bucket.beginRefill(terms, now: now))
        }
    }

    private func wait(
        for question: RateLimitQuestion, _ terms: LeaseTerms, _ entry: inout Entry, now: Int,
        on eventLoop: any EventLoop
    ) -> Taken {
        let wish = entry.bucket.beginRefill(terms, for: question.cost, now: now)
        guard entry.bucket.isRefilling else { return Taken(outcome: .asksAlone, wish: nil) }
        let promise = eventLoop.makePromise(of: Void.self)
        entry.waiting.append(promise)
        return Taken(outcome: .waits(promise.futureResult), wish: wish)
    }

    /// The tokens to be asked for, so that a request that will come for them need not wait then.
    func prepare(_ question: RateLimitQuestion, _ terms: LeaseTerms, holder: Int, now: Int) -> LeaseWish? {
        change(question.key, terms, Title(holder: holder, question.policy.limit), now: now) { entry in
            entry.bucket.beginRefill(terms, for: question.cost, now: now)
        }
    }

    func endRefill(
        _ question: RateLimitQuestion, _ grant: Result<LeaseGrant, any Error>, for wish: LeaseWish, holder: Int,
        now: Int
    ) {
        let title = Title(holder: holder, question.policy.limit)
        let waiting = entries.withLock { entries -> [EventLoopPromise<Void>] in
            guard var entry = entries[question.key] else { return [] }
            switch grant {
            case .success(let grant) where entry.title == title: entry.bucket.endRefill(grant, for: wish, now: now)
            case .success, .failure: entry.bucket.failRefill()
            }
            defer { entries[question.key] = entry }
            defer { entry.waiting = [] }
            return entry.waiting
        }
        for promise in waiting { promise.completeWith(grant.map { _ in }) }
    }

    /// What becomes of tokens that were taken, when the request's other limits have decided.
    enum Fate {
        /// The request was refused at once.
        case givenBack
        /// Redis is being asked for the others.
        case reserved
        /// It has answered.
        case settled(isSpent: Bool)
    }

    func decide(_ fate: Fate, of question: RateLimitQuestion, _ terms: LeaseTerms, holder: Int) {
        let title = Title(holder: holder, question.policy.limit)
        entries.withLock { entries in
            guard entries[question.key]?.title == title else { return }
            switch fate {
            case .givenBack: entries[question.key]?.bucket.giveBack(question.cost, terms)
            case .reserved: entries[question.key]?.bucket.reserve(question.cost)
            case .settled(let isSpent):
                entries[question.key]?.bucket.settle(question.cost, isSpent: isSpent, terms)
            }
        }
    }

    // MARK: Denials of what Redis is asked for each time

    /// What Redis said a moment ago, when it would say the same again.
    func denial(_ question: RateLimitQuestion, now: Int) -> RateLimitDecision.Share? {
        entries.withLock { entries in
            guard let entry = entries[question.key], entry.title.isFor(question.policy.limit),
                case .denied(let retryAfter) = entry.bucket.denial(of: question.cost, now: now)
            else { return nil }
            return Self.share(question, remaining: 0, retryAfter: retryAfter)
        }
    }

    func remember(denialOf question: RateLimitQuestion, _ terms: LeaseTerms, retryAfter: Int, now: Int) {
        entries.withLock { entries in
            var entry = entries[question.key]
            if let known = entry, !known.title.isFor(question.policy.limit) {
                guard !known.bucket.isRefilling else { return }
                entry = nil
            }
            var changed =
                entry
                ?? Entry(bucket: LeaseBucket(terms, now: now), title: Title(holder: 0, question.policy.limit))
            changed.bucket.remember(denialOf: question.cost, retryAfter: retryAfter, now: now)
            if entries.count >= capacity, entries[question.key] == nil { Self.makeRoom(in: &entries) }
            entries[question.key] = changed
        }
    }

    // MARK: Entries

    private func change<Result>(
        _ key: String, _ terms: LeaseTerms, _ title: Title, now: Int, _ body: (inout Entry) -> Result
    ) -> Result {
        entries.withLock { entries in
            var entry = entries[key] ?? Entry(bucket: LeaseBucket(terms, now: now), title: title)
            if entry.title != title, !entry.bucket.isRefilling {
                entry = Entry(bucket: LeaseBucket(terms, now: now), title: title)
            }
            let result = body(&entry)
            if entries.count >= capacity, entries[key] == nil { Self.makeRoom(in: &entries) }
            entries[key] = entry
            return result
        }
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
