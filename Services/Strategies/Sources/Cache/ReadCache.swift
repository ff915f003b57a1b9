import Consistency
package import Postgres
import Synchronization

/// The cache of this process' direct reads: ``RevisionCache`` under a few locks, each for a part of the users.
package final class ReadCache: Sendable {
    /// Gets the answer, or nil where the read brought none; called on any thread.
    typealias Waiter = @Sendable (StrategyAnswer?) -> Void
    typealias Cache = RevisionCache<StrategyAnswer, Waiter>

    private final class Stripe: Sendable {
        let cache: Mutex<Cache>

        init(_ cache: Cache) { self.cache = Mutex(cache) }
    }

    private static let stripeCount = 16

    private let stripes: [Stripe]
    let hits = Atomic(0)
    let joins = Atomic(0)
    let misses = Atomic(0)
    let passes = Atomic(0)
    let invalidations = Atomic(0)

    /// - Parameter staleness: how old a replica's answer may be when it is read.
    package init(_ settings: CacheSettings, staleness: Duration) {
        let capacity = settings.capacity / Self.stripeCount
        stripes = (0..<Self.stripeCount).map { _ in
            Stripe(Cache(capacity: capacity, age: settings.age, staleness: staleness, now: .now))
        }
    }

    func ask(_ key: Cache.Key, told: Revision?, waiter: @escaping Waiter) -> Cache.Outcome {
        let outcome = stripe(key.userID).cache.withLock { $0.ask(key, told: told, waiter: waiter, now: .now) }
        switch outcome {
        case .hit: hits.add(1, ordering: .relaxed)
        case .joined: joins.add(1, ordering: .relaxed)
        case .read: misses.add(1, ordering: .relaxed)
        case .pass: passes.add(1, ordering: .relaxed)
        }
        return outcome
    }

    /// - Parameter answer: nil where the read brought none.
    func finish(_ key: Cache.Key, with answer: StrategyAnswer?) {
        let entry = answer.map { Cache.Entry($0, revision: $0.revision, bytes: $0.memory + key.target.utf8.count) }
        let waiters = stripe(key.userID).cache.withLock { $0.finish(key, with: entry, now: .now) }
        for waiter in waiters { waiter(answer) }
    }

    /// Something of a user's has changed, here or elsewhere.
    package func invalidate(userID: Int) {
        invalidations.add(1, ordering: .relaxed)
        stripe(userID).cache.withLock { $0.invalidate(userID: userID, now: .now) }
    }

    /// Gives back what has become too old.
    ///
    /// - Returns: the memory that is still held, in bytes, about.
    @discardableResult
    func expire() -> Int {
        stripes.reduce(0) { bytes, stripe in
            bytes
                + stripe.cache.withLock { cache in
                    cache.expire(.now)
                    return cache.bytes
                }
        }
    }

    private func stripe(_ userID: Int) -> Stripe { stripes[userID & (Self.stripeCount - 1)] }
}
