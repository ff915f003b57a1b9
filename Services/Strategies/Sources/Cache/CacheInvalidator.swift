package import Events
package import Logging
package import Redis
package import ServiceLifecycle

/// Tells the cache of changes that other instances have made, as the event stream has them: normally within a few hundredths
/// of a second. Without Redis an answer still is only as old as the cache lets it become.
package struct CacheInvalidator: Service {
    private let cache: ReadCache
    private let redis: RedisClient
    private let stream: EventStream
    private let logger: Logger

    private static let interval = Duration.milliseconds(20)
    /// While nothing is cached.
    private static let idleInterval = Duration.milliseconds(200)
    private static let pageSize = 256
    private static let deadline = Duration.milliseconds(200)

    package init(cache: ReadCache, redis: RedisClient, stream: EventStream, logger: Logger) {
        self.cache = cache
        self.redis = redis
        self.stream = stream
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var newest: EventID?
            var isFailing = false
            repeat {
                do {
                    while let next = try await changes(after: newest) { newest = next }
                    isFailing = false
                } catch {
                    if !isFailing { logger.warning("The cache hears of no changes", metadata: ["reason": "\(error)"]) }
                    isFailing = true
                }
            } while (try? await Task.sleep(for: cache.expire() > 0 ? Self.interval : Self.idleInterval)) != nil
        }
    }

    /// - Returns: where to go on at once; nil when there is no more for now.
    private func changes(after newest: EventID?) async throws -> EventID? {
        let reply = try await redis.evaluate(
            Self.script, keys: [stream.key],
            arguments: [.string(newest?.description ?? ""), .integer(Self.pageSize)], deadline: Self.deadline)
        guard let parts = reply.elements, parts.count >= 1 else { return nil }
        for user in parts.dropFirst() {
            if let userID = user.stringValue.flatMap({ Int($0) }) { cache.invalidate(userID: userID) }
        }
        return parts[0].stringValue.flatMap { EventID($0) }
    }

    /// The last of the next entries' ids, and the users of those entries; nothing when there is none. Without an entry to
    /// begin from, the newest one's id alone.
    private static let script = RedisScript(
        """
        if ARGV[1] == '' then
          local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
          return newest[1] and {newest[1][1]} or {}
        end
        local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
        if #entries == 0 then return {} end
        local found = {entries[#entries][1]}
        for _, entry in ipairs(entries) do
          if entry[2][1] == 'user' then found[#found + 1] = entry[2][2] end
        end
        return found
        """)
}
