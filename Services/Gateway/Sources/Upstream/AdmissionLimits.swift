/// How many requests may be at a service, and how many may wait for their turn.
package struct AdmissionLimits: Sendable, Hashable {
    /// Requests at the service at a time.
    package var concurrency = 256
    /// Requests that wait.
    package var waiting = 256
    /// How long they may.
    package var wait = Duration.milliseconds(250)

    package init() {}

    /// One event loop's share. It is at least one request and one that waits, so that no loop is shut out.
    ///
    /// Each loop keeps its own count: one count for all of them would be written by every request on every core, and would
    /// have to wake other loops' waiters. Connections are spread evenly over the loops, and so is their work.
    package func share(of loop: Int, among loops: Int) -> AdmissionLimits {
        func share(_ whole: Int) -> Int { max(1, whole / loops + (loop < whole % loops ? 1 : 0)) }
        var limits = self
        limits.concurrency = share(concurrency)
        limits.waiting = waiting == 0 ? 0 : share(waiting)
        return limits
    }
}
