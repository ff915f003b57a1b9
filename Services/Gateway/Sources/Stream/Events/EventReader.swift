package import Events
package import Logging
package import NIOCore
package import Redis
import ServiceLifecycle

/// Reads the stream, once for the whole process, and asks for what single clients have missed.
package final class EventReader: Service, Sendable {
    private let redis: RedisClient
    private let stream: EventStream
    private let hub: EventHub
    private let mayTell: @Sendable () -> Bool
    private let logger: Logger

    /// Time between two questions; an event is half of it late on average.
    private static let interval = Duration.milliseconds(50)
    private static let pageSize = 100
    /// Entries that are looked at for one client in one go: Redis does nothing else meanwhile.
    private static let catchUpSize = 200

    /// - Parameter mayTell: whether it is known for certain who may hear of anything; events wait until it is.
    package init(
        redis: RedisClient, stream: EventStream, hub: EventHub, mayTell: @escaping @Sendable () -> Bool, logger: Logger
    ) {
        self.redis = redis
        self.stream = stream
        self.hub = hub
        self.mayTell = mayTell
        self.logger = logger
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var isFailing = false
            while !Task.isCancelled {
                let askedAt = ContinuousClock.now
                do throws(RedisError) {
                    let isFull = try await self.ask()
                    if isFailing { self.logger.notice("Events come again") }
                    isFailing = false
                    if isFull { continue }
                } catch {
                    if !isFailing, self.hub.newest != nil {
                        self.logger.warning("Redis does not tell the events", metadata: ["reason": "\(error)"])
                    }
                    isFailing = true
                }
                try await Task.sleep(until: askedAt + Self.interval, clock: .continuous)
            }
        }
    }

    /// - Returns: whether there is more.
    private func ask() async throws(RedisError) -> Bool {
        let newest = hub.newest
        let reply = try await redis.evaluate(
            EventScripts.follow, keys: [stream.key],
            arguments: [.string(newest?.description ?? ""), .integer(Self.pageSize)])
        let news = try EventScripts.news(reply, wanted: Self.pageSize)
        switch news {
        case .more(_, newest: nil, isFull: _): return false
        case .more(_, _, let isFull):
            await untilItMayBeTold()
            hub.receive(news)
            return isFull
        case .beginning:
            if newest != nil { logger.warning("The stream of events was lost: clients have to read again") }
            hub.receive(news)
            return false
        }
    }

    /// While it is not proven who was signed out, nobody is told anything.
    private func untilItMayBeTold() async {
        while !mayTell(), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) }
    }

    /// The next events of one user after an entry; nil when the entry is not in the stream any more.
    package func catchUp(
        after id: EventID, userID: Int, on eventLoop: any EventLoop
    ) -> EventLoopFuture<EventScripts.Page?> {
        redis.evaluate(
            EventScripts.catchUp, keys: [stream.key],
            arguments: [.string("\(id)"), .integer(userID), .integer(Self.catchUpSize)], on: eventLoop
        ).flatMapThrowing { try EventScripts.page($0, wanted: Self.catchUpSize) }
    }
}
