/// The generic cell rate algorithm (ITU-T I.371, annex A): a limit's whole memory is one theoretical arrival time.
///
/// What it admits in any window of length t is at most burst + t / emission interval. The script in
/// ``RateLimitScript`` computes the same inside Redis; a test holds the two against each other.
package enum GenericCellRate {
    /// What one limit says to one request.
    package struct Answer: Sendable, Hashable {
        package var isAdmitted: Bool
        /// Requests that would be admitted right now, after this one.
        package var remaining: Int
        /// Microseconds until the burst is whole again.
        package var resetAfter: Int
        /// Microseconds until this request would be admitted; 0 when it is.
        package var retryAfter: Int
        /// To be remembered when every limit of the request admits it.
        package var arrivalTime: Int
    }

    /// - Parameters:
    ///   - arrivalTime: the remembered theoretical arrival time, or `nil` for none.
    ///   - now: microseconds on the same clock.
    ///   - cost: how many requests this one counts for.
    package static func ask(_ limit: RateLimit, arrivalTime: Int?, now: Int, cost: Int = 1) -> Answer {
        let capacity = limit.burst * limit.emissionInterval
        // A clock that was set back, or a limit that became smaller, must not lock anybody out for longer than a window.
        let arrival = min(max(arrivalTime ?? now, now), now + capacity)
        let next = arrival + cost * limit.emissionInterval
        let wait = next - capacity - now
        let used = wait > 0 ? arrival : next
        return Answer(
            isAdmitted: wait <= 0,
            remaining: (capacity - (used - now)) / limit.emissionInterval,
            resetAfter: used - now,
            retryAfter: max(0, wait),
            arrivalTime: next)
    }
}
