/// When spans that were not taken are sent again, and when they are given up.
package struct ExportBackoff: Sendable {
    package static let attempts = 5
    /// The longest wait, whatever a collector asks for: what waits meanwhile is bounded, and must not be old.
    package static let longest = Duration.seconds(30)

    private var attempt = 0

    package init() {}

    /// - Parameters:
    ///   - asked: how long the collector wants to be left alone.
    ///   - jitter: from 0 to 1; many processes lose one collector at the same moment.
    /// - Returns: how long to wait for the next attempt; `nil` when there is none.
    package mutating func next(asked: Duration?, jitter: Double) -> Duration? {
        attempt += 1
        guard attempt < Self.attempts else { return nil }
        let own = Duration.seconds(1) * (1 << (attempt - 1))
        return min(Self.longest, max(asked ?? .zero, own * (0.5 + jitter / 2)))
    }
}
