package import Authentication
package import Logging
package import NIOCore
import Postgres
package import Redis
import ServiceLifecycle
import Synchronization

/// Brings the revocations from PostgreSQL to Redis, and tells processes that ask for them.
///
/// There is one way for all of them: read what is committed after the last number in Redis, and run the script. A client's
/// logout only wakes it up, and what an instance that died has left behind is published by the next beat of another.
package final class RevocationPublisher: Service, Sendable {
    /// What this instance has seen of PostgreSQL.
    private struct Memory {
        var epoch = 0
        var highest = 0
        /// The last reading brought nothing: no other one is begun for who asks.
        var isSilent = false
    }

    private let repository: RevocationRepository
    private let redis: RedisClient
    private let keys: RevocationKeys
    private let timing: RevocationTiming
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let memory = Mutex(Memory())
    private let seen = Mutex<RevocationPublication.Seen?>(nil)
    /// Publications begun; who waits knows how many there were when it came.
    private let begun = Atomic(0)
    private let waiting = WaitingList<Int, Bool>(capacity: 100_000)
    private let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// How long PostgreSQL may take before a beat is given up.
    private static let readingTime = Duration.milliseconds(300)
    /// How long it may take before who asks is answered from memory.
    private static let reportingTime = Duration.milliseconds(150)
    private static let cleaningInterval = Duration.seconds(30)

    package init(
        repository: RevocationRepository, redis: RedisClient, keys: RevocationKeys, eventLoopGroup: any EventLoopGroup,
        logger: Logger, timing: RevocationTiming = RevocationTiming()
    ) {
        self.repository = repository
        self.redis = redis
        self.keys = keys
        self.timing = timing
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    // MARK: What others ask

    /// Waits after a COMMIT until its client may be told of it: until Redis has the revocation and every process that is
    /// well has asked Redis, or so long that every process has asked Auth or has no proof any more.
    ///
    /// - Parameter number: of the revocation; nil when an earlier transaction made it.
    package func announce(_ number: Int?) async {
        if let number { memory.withLock { $0.highest = max($0.highest, number) } }
        let told = waiting.wait(
            begun.load(ordering: .sequentiallyConsistent), on: eventLoopGroup.any(), for: timing.promise,
            otherwise: false)
        wakeUps.continuation.yield()
        if (try? await told.get()) == true {
            try? await Task.sleep(for: timing.spreading)
        } else {
            logger.warning("Redis was not told of a revocation in time; others learn it from Auth")
        }
    }

    /// What comes after a number: from PostgreSQL, or what is known when that does not answer.
    package func report(after number: Int) async -> RevocationReport {
        if !memory.withLock({ $0.isSilent }) {
            if let page = try? await read(after: number, within: Self.reportingTime) { return .database(page) }
        }
        return memory.withLock { .memory(epoch: $0.epoch, highest: $0.highest) }
    }

    // MARK: Publishing

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await self.beat() }
                tasks.addTask { await self.clean() }
                for await _ in self.wakeUps.stream { await self.publish() }
                tasks.cancelAll()
            }
        }
    }

    private func beat() async {
        while !Task.isCancelled {
            wakeUps.continuation.yield()
            try? await Task.sleep(for: timing.beat)
        }
    }

    private func clean() async {
        while (try? await Task.sleep(for: Self.cleaningInterval)) != nil {
            do throws(PostgresError) {
                try await repository.deleteExpired()
            } catch {
                logger.warning("Expired revocations are not deleted", metadata: ["error": "\(error)"])
            }
        }
    }

    private func publish() async {
        let ordinal = begun.add(1, ordering: .sequentiallyConsistent).newValue
        do {
            try await publishAll()
            waiting.resolve { $0 < ordinal ? true : nil }
        } catch {
            logger.debug("The revocations are not published", metadata: ["error": "\(error)"])
        }
    }

    /// Publishes until Redis has what PostgreSQL had.
    private func publishAll() async throws {
        var after = seen.withLock { $0?.last ?? 0 }
        while !Task.isCancelled {
            let seen = seen.withLock { $0 }
            let page = try await read(after: after, within: Self.readingTime)
            // It was read after the answer: a primary that has less than Redis was set back.
            let isSetBack = seen.map { $0.generation.epoch == page.epoch && $0.last > page.highest } ?? false
            let fresh = RevocationGeneration(
                epoch: page.epoch, nonce: String(UInt64.random(in: .min ... .max), radix: 16))
            let reply = try await redis.evaluate(
                RevocationPublication.script, keys: [keys.state, keys.stream],
                arguments: RevocationPublication.arguments(
                    page, after: after, seen: seen, fresh: fresh, refused: isSetBack ? seen?.generation : nil,
                    keys: keys),
                deadline: timing.redisDeadline)
            switch try RevocationPublication.outcome(reply) {
            case .published(let now):
                self.seen.withLock { $0 = now }
                if now.generation == fresh { logRebuilding(fresh) }
                if now.last >= page.highest { return }
                after = now.last
            case .lacksAfter(let number): after = number
            case .superseded: throw RedisError(.server, "Redis has the revocations of a later primary")
            }
        }
        throw CancellationError()
    }

    private func logRebuilding(_ generation: RevocationGeneration) {
        logger.notice("The revocations in Redis were built again", metadata: ["generation": "\(generation)"])
    }

    private func read(after number: Int, within time: Duration) async throws -> RevocationPage {
        do {
            let page = try await Deadline.run(time) { try await self.repository.page(after: number) }
            memory.withLock { memory in
                memory.isSilent = false
                guard page.epoch >= memory.epoch else { return }
                memory.highest = page.epoch == memory.epoch ? max(memory.highest, page.highest) : page.highest
                memory.epoch = page.epoch
            }
            return page
        } catch {
            memory.withLock { $0.isSilent = true }
            throw error
        }
    }
}
