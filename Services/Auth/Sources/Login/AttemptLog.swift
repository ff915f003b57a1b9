/// The times of attempts that were let through, by key: a sliding log of bounded size.
///
/// It reads no clock. When it is full it lets nobody through rather than forget an attempt.
package struct AttemptLog: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package struct Answer: Sendable, Equatable {
        package let isAllowed: Bool
        package let remaining: Int
        /// Until the oldest attempt does not count any more; zero when there is none.
        package let resetAfter: Duration
    }

    private struct Entry {
        let window: Duration
        /// In the order of their times.
        var attempts: [(member: Int, time: Instant)] = []

        mutating func removeExpired(now: Instant) {
            // One that is exactly a window old still counts.
            attempts.removeSubrange(
                ..<(attempts.firstIndex { $0.time.duration(to: now) <= window } ?? attempts.endIndex))
        }
    }

    private let capacity: Int
    private var entries: [String: Entry] = [:]
    /// Attempts in all entries.
    package private(set) var count = 0
    private var cleanedAt: Instant?

    /// Between two looks through a full log.
    private static let cleaningInterval = Duration.seconds(1)

    /// - Parameter capacity: attempts that are remembered at once.
    package init(capacity: Int) { self.capacity = capacity }

    /// Reserves one of a key's attempts.
    ///
    /// - Parameters:
    ///   - member: names the attempt, to take it back by.
    ///   - limit: of attempts in any window of time, at least 1.
    /// - Returns: nil when the log is full.
    package mutating func reserve(
        _ key: String, member: Int, limit: Int, window: Duration, now: Instant
    ) -> Answer? {
        var attempts = live(key, now: now)
        let isAllowed = attempts.count < limit
        if isAllowed {
            guard hasRoom(now: now) else { return nil }
            attempts.append((member, now))
            entries[key, default: Entry(window: window)].attempts = attempts
            count += 1
        }
        return Answer(
            isAllowed: isAllowed, remaining: limit - attempts.count,
            resetAfter: attempts.first.map { window - $0.time.duration(to: now) } ?? .zero)
    }

    /// Takes an attempt back.
    package mutating func release(_ key: String, member: Int) {
        guard let index = entries[key]?.attempts.firstIndex(where: { $0.member == member }) else { return }
        entries[key]?.attempts.remove(at: index)
        count -= 1
        if entries[key]?.attempts.isEmpty == true { entries[key] = nil }
    }

    /// Whether an attempt of the key still counts.
    package mutating func holds(_ key: String, now: Instant) -> Bool { !live(key, now: now).isEmpty }

    private mutating func live(_ key: String, now: Instant) -> [(member: Int, time: Instant)] {
        guard var entry = entries[key] else { return [] }
        let before = entry.attempts.count
        entry.removeExpired(now: now)
        count -= before - entry.attempts.count
        entries[key] = entry.attempts.isEmpty ? nil : entry
        return entry.attempts
    }

    private mutating func hasRoom(now: Instant) -> Bool {
        guard count >= capacity else { return true }
        if let cleanedAt, cleanedAt.duration(to: now) < Self.cleaningInterval { return false }
        cleanedAt = now
        for key in entries.keys { _ = live(key, now: now) }
        return count < capacity
    }
}
