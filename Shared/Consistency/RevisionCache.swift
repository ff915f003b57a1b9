package import Postgres

/// Answers to reads, kept for a short time, each with the revision that it shows: which request gets one, which waits for
/// one that is being read, and which reads for itself. A value without a clock, a lock or a database.
///
/// An answer is as old as the moment when it was asked for. It is given to nobody who has seen a later revision, and to nobody
/// at all once a change of its user was heard of: from then on the user's reads pass the cache by for as long as an
/// answer may be old, because a server that is asked right away might not have the change yet.
package struct RevisionCache<Answer: Sendable, Waiter: Sendable>: Sendable {
    package struct Key: Hashable, Sendable {
        package let userID: Int
        /// Path and query as they came.
        package let target: String

        package init(userID: Int, target: String) {
            self.userID = userID
            self.target = target
        }
    }

    package struct Entry: Sendable {
        package let answer: Answer
        package let revision: Revision
        /// Memory that it holds, about.
        package let bytes: Int

        package init(_ answer: Answer, revision: Revision, bytes: Int) {
            self.answer = answer
            self.revision = revision
            self.bytes = bytes
        }
    }

    package enum Outcome: Sendable {
        case hit(Entry)
        /// The answer is being read: ``finish(_:with:asked:now:)`` returns the waiter.
        case joined
        /// The caller reads, and calls ``finish(_:with:asked:now:)`` whatever comes of it.
        case read
        /// The caller reads for itself alone.
        case pass
    }

    private struct Stored: Sendable {
        let entry: Entry
        let asked: ContinuousClock.Instant
    }

    private struct Flight: Sendable {
        let asked: ContinuousClock.Instant
        var waiters: [Waiter] = []
    }

    /// How old an answer may be.
    private let age: Duration
    /// How long a user's reads pass by after a change.
    private let pause: Duration
    private let capacity: Int
    /// Two generations: what is asked for is found in either, and the older one is let go as a whole.
    private var young: [Key: Stored] = [:]
    private var old: [Key: Stored] = [:]
    private var youngBytes = 0
    private var oldBytes = 0
    private var begun: ContinuousClock.Instant
    private var flights: [Key: Flight] = [:]
    /// Until when a user's reads pass by.
    private var barriers: [Int: ContinuousClock.Instant] = [:]

    /// - Parameters:
    ///   - capacity: bytes.
    ///   - age: how old an answer may be.
    ///   - staleness: how old an answer may be at the moment when it is read.
    package init(capacity: Int, age: Duration, staleness: Duration, now: ContinuousClock.Instant) {
        self.capacity = capacity
        self.age = age
        pause = max(age, staleness)
        begun = now
    }

    package var bytes: Int { youngBytes + oldBytes }

    /// - Parameters:
    ///   - told: the latest revision that the client has seen; nil for a client that shows none.
    ///   - waiter: is kept where the outcome is ``Outcome/joined``, which it never is without one.
    package mutating func ask(
        _ key: Key, told: Revision?, waiter: @autoclosure () -> Waiter? = nil, now: ContinuousClock.Instant
    ) -> Outcome {
        expire(now)
        if let barrier = barriers[key.userID], now < barrier { return .pass }
        if let stored = young[key] ?? old[key], now - stored.asked < age, Self.suffices(stored.entry.revision, told) {
            return .hit(stored.entry)
        }
        if let flight = flights[key] {
            guard now - flight.asked < age, let waiter = waiter() else { return .pass }
            flights[key]?.waiters.append(waiter)
            return .joined
        }
        flights[key] = Flight(asked: now)
        return .read
    }

    /// A read that ``ask(_:told:waiter:now:)`` has sent out has come to its end.
    ///
    /// - Parameter entry: nil where it brought no answer that others may have.
    /// - Returns: who waits for it; each still compares the revision with what it was told.
    package mutating func finish(_ key: Key, with entry: Entry?, now: ContinuousClock.Instant) -> [Waiter] {
        guard let flight = flights.removeValue(forKey: key) else { return [] }
        if let entry, barriers[key.userID] == nil, now - flight.asked < age, entry.bytes <= capacity / 8 {
            if youngBytes + entry.bytes > capacity / 2 { turn(now) }
            youngBytes +=
                entry.bytes
                - (young.updateValue(Stored(entry: entry, asked: flight.asked), forKey: key)?
                    .entry.bytes ?? 0)
        }
        return flight.waiters
    }

    /// Something of the user's has changed.
    package mutating func invalidate(userID: Int, now: ContinuousClock.Instant) {
        expire(now)
        // What is stored already is too old by the time that the barrier falls.
        barriers[userID] = now + pause
    }

    /// Lets go of what is too old to be used.
    package mutating func expire(_ now: ContinuousClock.Instant) {
        guard now - begun >= age else { return }
        // Twice at most: after the second one nothing is left.
        let isOver = now - begun >= age * 2
        turn(now)
        if isOver { turn(now) }
        barriers = barriers.filter { now < $0.value }
    }

    private mutating func turn(_ now: ContinuousClock.Instant) {
        (old, oldBytes) = (young, youngBytes)
        (young, youngBytes) = ([:], 0)
        begun = now
    }

    /// Whether a client that was told of one revision may be shown another, with no further question.
    package static func suffices(_ revision: Revision, _ told: Revision?) -> Bool {
        guard let told else { return true }
        return revision >= told && !RevisionLoss.mustAskBases(told: told, answered: revision)
    }
}
