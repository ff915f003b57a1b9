package import Events
package import Logging
package import Redis
import ServiceLifecycle
import Synchronization

/// Brings the events of the outbox into the Redis Stream that gateways and other consumers read.
///
/// Every instance does so, for whatever was committed by any of them: right after a change of its own, and a few times a
/// second for what an instance that died has left behind. One at a time has the lock, and its turn in Redis.
package final class OutboxPublisher: EventPublisher, Service {
    private struct Superseded: Error {}

    private let outbox: EventOutbox
    private let redis: RedisClient
    private let stream: EventStream
    private let retained: Int
    private let logger: Logger
    private let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let published = Atomic(0)
    /// In milliseconds.
    let oldestAge = Atomic(0)

    /// Events that come one after the other go out together.
    private static let spacing = Duration.milliseconds(5)
    private static let beat = Duration.milliseconds(500)
    /// After a failure.
    private static let pause = Duration.milliseconds(100)
    /// Three commands at most, while a transaction waits that PostgreSQL ends after 3 s.
    private static let redisDeadline = Duration.milliseconds(700)

    /// - Parameter retained: how many events the stream keeps, about.
    package init(outbox: EventOutbox, redis: RedisClient, stream: EventStream, retained: Int, logger: Logger) {
        self.outbox = outbox
        self.redis = redis
        self.stream = stream
        self.retained = retained
        self.logger = logger
    }

    package func wake() { wakeUps.continuation.yield() }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await self.watch() }
                await self.publishWhenWoken()
                tasks.cancelAll()
            }
        }
    }

    /// Looks for what nobody says a word about.
    private func watch() async {
        while (try? await Task.sleep(for: Self.beat)) != nil {
            guard let age = try? await outbox.oldestAge() else {
                oldestAge.store(0, ordering: .relaxed)
                continue
            }
            oldestAge.store(Int(age / .milliseconds(1)), ordering: .relaxed)
            wake()
        }
    }

    private func publishWhenWoken() async {
        var isFailing = false
        for await _ in wakeUps.stream {
            do {
                try await publishAll()
                if isFailing { logger.notice("Events are published again") }
                isFailing = false
                try? await Task.sleep(for: Self.spacing)
            } catch {
                guard !Task.isCancelled else { return }
                if !isFailing { logger.warning("Events wait in the outbox", metadata: ["cause": "\(error)"]) }
                isFailing = true
                try? await Task.sleep(for: Self.pause)
                wake()
            }
        }
    }

    private func publishAll() async throws {
        while !Task.isCancelled {
            // Nobody else's turn is kept from them by one that cannot publish.
            guard redis.isReady else { throw RedisError(.unavailable, "not every connection is open") }
            switch try await outbox.publish({ try await self.append($0) }) {
            case .published(let count, let isMore):
                published.add(count, ordering: .relaxed)
                if !isMore { return }
            // What was committed here may have come too late for the other one.
            case .isBusy: try await Task.sleep(for: Self.spacing)
            }
        }
    }

    private func append(_ events: [PendingEvent]) async throws {
        let turn = try await redis.send(stream.take, deadline: Self.redisDeadline)
        guard let turn = turn.integerValue else { throw RedisError(.protocolViolation, "a turn is a number") }
        let reply = try await redis.evaluate(
            EventStream.append, keys: stream.keys,
            arguments: EventStream.arguments(events, turn: turn, retained: retained), deadline: Self.redisDeadline)
        guard reply.integerValue == 1 else { throw Superseded() }
    }
}
