/// How long the gateway waits for what.
package struct GatewayTimeouts: Sendable, Hashable {
    /// For a whole request head, from its first byte on.
    package var requestHead = Duration.seconds(10)
    /// Between two pieces of a request body.
    package var requestBody = Duration.seconds(10)
    /// For the next request on a connection that is kept; longer than nginx keeps its own idle connections.
    package var keepAlive = Duration.seconds(75)
    /// For the guard, whose own deadlines are shorter.
    package var admission = Duration.seconds(5)
    /// For a connection to an upstream.
    package var connect = Duration.seconds(1)
    /// For the head of an upstream's answer, from the end of the request on.
    package var answerHead = Duration.seconds(30)
    /// For all of it, from the end of the request to the end of its answer, however often it is sent.
    package var request = Duration.seconds(60)
    /// Between two pieces of an upstream's answer, and for a client or an upstream that takes no bytes.
    package var idle = Duration.seconds(60)
    /// Without a byte in either direction of a connection that passes through unread.
    package var tunnel = Duration.seconds(300)
    /// For the client's goodbye after the last answer.
    package var linger = Duration.seconds(2)
    /// For what is in flight when the process stops accepting.
    package var drain = Duration.seconds(20)

    package init() {}
}

/// Time on an event loop, counted in ticks: deadlines are compared without asking any clock on the hot path.
package enum Tick {
    package static let length = Duration.milliseconds(100)
    static let perSecond: UInt32 = 10

    /// At least this long, and never a whole tick more than one too many.
    package static func count(_ duration: Duration) -> UInt32 {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return UInt32(clamping: (milliseconds + 99) / 100 + 1)
    }
}
