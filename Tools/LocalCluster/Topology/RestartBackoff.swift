/// How long a process that died waits for its next start: doubling, and forgotten after a while of steady running.
package struct RestartBackoff: Hashable, Sendable {
    package static let shortest: Duration = .milliseconds(200)
    package static let longest: Duration = .seconds(10)
    /// A process that ran this long starts again as if it had never failed.
    package static let steady: Duration = .seconds(10)

    private var next = shortest

    package init() {}

    /// The delay before the next start of a process that ran for `uptime`.
    package mutating func delay(afterRunning uptime: Duration) -> Duration {
        if uptime >= Self.steady { next = Self.shortest }
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}
