package import Events
package import Logging
package import NIOCore
package import Redis
import Synchronization

/// Appends events to the Redis Stream that the gateways read.
///
/// Each comes into the stream once, in the order in which they were published here. What Redis does not confirm is sent
/// again until it does; see ``EventBacklog`` for what happens when that takes too long.
package final class RedisEventPublisher: EventPublisher {
    private let redis: RedisClient
    private let stream: EventStream
    /// Of this publisher alone, also after the process was started again.
    private let name = String(UInt64.random(in: .min ... .max), radix: 16)
    private let retained: Int
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let backlog: Mutex<EventBacklog>
    private let isFailing = Atomic<Bool>(false)

    private static let deadline = Duration.seconds(1)
    private static let pause = TimeAmount.milliseconds(50)

    /// - Parameters:
    ///   - retained: how many events the stream keeps, about.
    ///   - capacity: bytes of events that may wait for Redis: one that is away for long must not fill this process's memory.
    package init(
        redis: RedisClient, stream: EventStream, retained: Int, capacity: Int = 16 << 20,
        eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        self.redis = redis
        self.stream = stream
        self.retained = retained
        self.eventLoop = eventLoopGroup.any()
        self.logger = logger
        backlog = Mutex(EventBacklog(capacity: capacity))
    }

    package func publish(_ event: UserEvent) {
        if !backlog.withLock({ $0.add(event) }) {
            logger.warning("Too many events wait for Redis: clients will have to read again")
        }
        eventLoop.execute { self.proceed() }
    }

    private func proceed() {
        guard let step = backlog.withLock({ $0.next() }) else { return }
        let reply =
            switch step {
            case .append(let events, let first):
                redis.evaluate(
                    EventStream.append, keys: [stream.key, stream.progress(of: name)],
                    arguments: EventStream.arguments(events, first: first, retained: retained), on: eventLoop,
                    deadline: Self.deadline)
            case .giveUpStream: redis.send(["DEL", .string(stream.key)], on: eventLoop, deadline: Self.deadline)
            }
        reply.whenComplete { self.finished($0) }
    }

    private func finished(_ result: Result<RedisReply, any Error>) {
        switch result {
        case .success:
            backlog.withLock { $0.finished(isConfirmed: true) }
            if isFailing.exchange(false, ordering: .relaxed) { logger.notice("Events are published again") }
            proceed()
        case .failure(let error):
            backlog.withLock { $0.finished(isConfirmed: false) }
            if !isFailing.exchange(true, ordering: .relaxed) {
                logger.warning("Events wait until Redis takes them", metadata: ["cause": "\(error)"])
            }
            eventLoop.scheduleTask(in: Self.pause) { self.proceed() }
        }
    }
}
