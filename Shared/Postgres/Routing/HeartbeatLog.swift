/// When each beat was raised on the primary, by this process's own clock: so a replica that shows the beat is at least
/// that fresh, and no two machines' clocks are ever compared.
package struct HeartbeatLog: Sendable {
    private struct Beat {
        let number: Int
        /// No later than it was raised.
        var raisedAt: ContinuousClock.Instant
    }

    /// At five a second, far more than the largest bound of staleness asks for.
    private static let capacity = 96

    /// Ascending by number.
    private var beats: [Beat] = []

    package init() {}

    /// - Parameter instant: everything that was committed on the primary by then was committed before this beat.
    package mutating func raised(_ number: Int, noEarlierThan instant: ContinuousClock.Instant) {
        if let last = beats.last, last.number >= number {
            // A beat only counts back when the primary has lost some: what it says from then on is new.
            if last.number > number {
                beats.removeAll { $0.number >= number }
            } else {
                beats[beats.count - 1].raisedAt = max(last.raisedAt, instant)
                return
            }
        }
        beats.append(Beat(number: number, raisedAt: instant))
        if beats.count > Self.capacity { beats.removeFirst(beats.count - Self.capacity) }
    }

    /// As of when a server that shows this beat is complete; `nil` when that beat is older than what is remembered.
    package func instant(of number: Int) -> ContinuousClock.Instant? {
        beats.last { $0.number <= number }?.raisedAt
    }

    /// Another primary counts on from what it has replicated, which may be less than the last one had come to.
    package mutating func removeAll() { beats.removeAll() }
}
