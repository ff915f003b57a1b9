import Synchronization

/// What the streams of this process have done, for the metrics.
package final class StreamCounters: Sendable {
    /// A number that many event loops change.
    package final class Counter: Sendable {
        private let number = Atomic<Int>(0)

        func add(_ count: Int = 1) { number.add(count, ordering: .relaxed) }

        func subtract() { number.subtract(1, ordering: .relaxed) }

        package var value: Int { number.load(ordering: .relaxed) }
    }

    /// WebSockets that are open now.
    package let open = Counter()
    /// Events that were handed to a client, one for each of its WebSockets.
    package let eventsSent = Counter()
    /// How often a client was told that it has to read everything again.
    package let resyncs = Counter()
    /// WebSockets that were closed because their client was too slow.
    package let slowConsumers = Counter()
    /// WebSockets that were closed because their session had ended.
    package let sessionsEnded = Counter()
    /// Handshakes that were refused because there were too many WebSockets.
    package let refused = Counter()

    package init() {}
}
