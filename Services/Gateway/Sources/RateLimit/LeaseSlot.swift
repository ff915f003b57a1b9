package import Logging
package import Redis
import ServiceLifecycle
import Synchronization

/// The right of this process to hold tokens in advance: at most so many processes have it at once, counted in Redis.
///
/// It lasts a shorter time here than in Redis, so that a process that was stopped for a while has lost it before another
/// can have taken it.
package final class LeaseSlot: Sendable {
    private struct State {
        /// Counts the times that the slot was taken; 0 before the first.
        var holder = 0
        var validUntil = Int.min
    }

    /// Seconds between two renewals, the time a slot is good for here, and the time Redis keeps it for.
    private static let (renewal, validity, kept) = (2, 8, 12)
    /// How soon Redis is asked again that did not answer: at the start its connection may not be there yet.
    private static let hurry = Duration.milliseconds(200)
    private static let key = "rl:gateways"

    private let state = Mutex(State())

    package init() {}

    /// Which holding of the slot this is, if it is held now; tokens of an earlier one must not be spent.
    package func holder(now: Int) -> Int? {
        state.withLock { now < $0.validUntil ? $0.holder : nil }
    }

    /// - Parameter askedAt: microseconds, before the renewal was sent.
    package func renew(askedAt: Int) {
        state.withLock {
            if askedAt >= $0.validUntil { $0.holder += 1 }
            $0.validUntil = askedAt + Self.validity * 1_000_000
        }
    }
}

extension LeaseSlot {
    /// - Returns: 1 when the process has a slot, else 0.
    private static let script = RedisScript(
        """
        local time = redis.call('TIME')
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time[1] - ARGV[2])
        if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
          return 0
        end
        redis.call('ZADD', KEYS[1], time[1], ARGV[1])
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return 1
        """)

    /// Takes a slot and keeps it until the service shuts down.
    package struct Keeper: Service {
        private let slot: LeaseSlot
        private let redis: RedisClient
        private let process: String
        private let gateways: Int
        private let logger: Logger

        /// - Parameters:
        ///   - process: a name that no other process has.
        ///   - gateways: how many slots there are.
        package init(slot: LeaseSlot, redis: RedisClient, process: String, gateways: Int, logger: Logger) {
            self.slot = slot
            self.redis = redis
            self.process = process
            self.gateways = gateways
            self.logger = logger
        }

        package func run() async throws {
            try? await cancelWhenGracefulShutdown {
                var wasMissed = false
                while true {
                    let hasSlot = await renew()
                    let isMissed = hasSlot == false
                    if isMissed, !wasMissed {
                        logger.warning(
                            "More gateways run than RATE_LIMIT_GATEWAYS says: this one asks Redis for each request")
                    }
                    wasMissed = isMissed
                    try await Task.sleep(
                        for: hasSlot == nil ? LeaseSlot.hurry : .seconds(LeaseSlot.renewal))
                }
            }
            _ = try? await redis.send(["ZREM", .string(LeaseSlot.key), .string(process)])
        }

        /// - Returns: `nil` when Redis did not answer.
        private func renew() async -> Bool? {
            let askedAt = RequestGuard.microseconds()
            let reply = try? await redis.evaluate(
                LeaseSlot.script, keys: [LeaseSlot.key],
                arguments: [.string(process), .integer(LeaseSlot.kept), .integer(gateways)])
            guard let hasSlot = reply?.integerValue.map({ $0 == 1 }) else { return nil }
            if hasSlot { slot.renew(askedAt: askedAt) }
            return hasSlot
        }
    }
}
