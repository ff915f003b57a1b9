package import Events
package import Logging
package import NIOCore
package import Redis
import Synchronization

/// Appends events to the Redis Stream that the gateways read.
///
/// All go over one connection, so that they arrive in the order in which they were published here. One that Redis does not
/// take is lost, and logged: the change itself is in PostgreSQL, and certain.
package final class RedisEventPublisher: EventPublisher {
    private let redis: RedisClient
    private let stream: EventStream
    private let retained: Int
    private let eventLoop: any EventLoop
    private let logger: Logger
    /// Bytes of events that Redis has not confirmed yet.
    private let pending = Atomic<Int>(0)
    private let isFailing = Atomic<Bool>(false)

    /// A Redis that is slow for long must not fill this process's memory.
    private static let maximumPending = 16 << 20
    /// Long enough for a Redis that is paused for a moment.
    private static let deadline = Duration.seconds(5)

    /// - Parameter retained: how many events the stream keeps, about.
    package init(
        redis: RedisClient, stream: EventStream, retained: Int, eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        self.redis = redis
        self.stream = stream
        self.retained = retained
        self.eventLoop = eventLoopGroup.any()
        self.logger = logger
    }

    package func publish(_ event: UserEvent) {
        let size = event.data.count + 128
        guard pending.add(size, ordering: .relaxed).newValue <= Self.maximumPending else {
            finished(size, .failure(RedisError(.queueFull, "too many events wait")))
            return
        }
        redis.send(stream.append(event, retained: retained), on: eventLoop, deadline: Self.deadline)
            .whenComplete { self.finished(size, $0.map { _ in }) }
    }

    private func finished(_ size: Int, _ result: Result<Void, any Error>) {
        pending.subtract(size, ordering: .relaxed)
        switch result {
        case .success:
            if isFailing.exchange(false, ordering: .relaxed) { logger.notice("Events are published again") }
        case .failure(let error):
            guard !isFailing.exchange(true, ordering: .relaxed) else { return }
            logger.warning("Events cannot be published and are lost", metadata: ["cause": "\(error)"])
        }
    }
}
