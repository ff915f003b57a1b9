/// What one event loop has seen of an endpoint's load: its own requests in flight, and how long answers take.
package struct EndpointLoad: Sendable, Hashable {
    package private(set) var inFlight = 0
    package private(set) var latency = PeakLatency()

    /// What a request in flight counts where no answer has told any latency: one at a time finds it out.
    private static let unknownLatency = 1_000_000.0

    package init() {}

    package mutating func began() { inFlight += 1 }

    package mutating func ended() { inFlight -= 1 }

    /// An answer has begun after so many microseconds.
    package mutating func answered(after latency: Int, now: Int) { self.latency.observe(latency, now: now) }

    /// A request has been waiting for so long already: the latency is no less than that.
    package mutating func stillWaits(since latency: Int, now: Int) {
        if Double(latency) > self.latency.estimate(now: now) { self.latency.observe(latency, now: now) }
    }

    /// What another request would have to wait for, more or less.
    package func cost(now: Int) -> Double {
        (latency.isKnown ? latency.estimate(now: now) : inFlight == 0 ? 0 : Self.unknownLatency) * Double(inFlight + 1)
    }

    /// Whether answers take much longer than another endpoint's of the same service.
    ///
    /// Only the comparison tells: where all are slow, the trouble is behind them.
    package func isSlow(besides other: EndpointLoad, now: Int) -> Bool {
        guard latency.isKnown, other.latency.isKnown else { return false }
        let own = latency.estimate(now: now)
        return own > Self.slowLatency && own > Self.slowFactor * other.latency.average
    }

    /// In microseconds.
    private static let slowLatency = 1_000_000.0
    private static let slowFactor = 8.0
}
