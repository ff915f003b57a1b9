package import Redis

/// What each gateway of a cluster does at the moment: the gateways write it into a hash in Redis, administrators read it.
package struct GatewayReports: Sendable {
    private let redis: RedisClient
    private let key: String

    /// A gateway that has said nothing for so many seconds has ended, or cannot reach Redis.
    private static let lifetime = 10

    /// - Parameter cluster: tells clusters that share a Redis apart.
    package init(redis: RedisClient, cluster: String) {
        self.redis = redis
        key = "{\(cluster)}:gateways"
    }

    /// - Parameters:
    ///   - report: a JSON object.
    ///   - process: a name that no other process has.
    /// - Throws: `RedisError`.
    package func write(_ report: String, of process: String) async throws(RedisError) {
        _ = try await redis.evaluate(
            Self.writeScript, keys: [key], arguments: [.string(process), .string(report), .integer(Self.lifetime)])
    }

    /// Takes back what a gateway has written that ends.
    package func remove(_ process: String) async throws(RedisError) {
        _ = try await redis.send(["HDEL", .string(key), .string(process)])
    }

    /// The reports of all gateways that are there, in the order of their processes' names.
    ///
    /// - Throws: `RedisError`.
    package func read() async throws(RedisError) -> [String] {
        let reply = try await redis.evaluate(Self.readScript, keys: [key], arguments: [.integer(Self.lifetime)])
        return reply.elements?.compactMap(\.stringValue) ?? []
    }

    /// Each value begins with the second that it was written in, by the clock of Redis, and a space.
    private static let writeScript = RedisScript(
        """
        local now = tonumber(redis.call('TIME')[1])
        local all = redis.call('HGETALL', KEYS[1])
        for index = 1, #all, 2 do
          if now - tonumber(string.match(all[index + 1], '^%d+')) > tonumber(ARGV[3]) then
            redis.call('HDEL', KEYS[1], all[index])
          end
        end
        redis.call('HSET', KEYS[1], ARGV[1], now .. ' ' .. ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[3])
        return 1
        """)

    private static let readScript = RedisScript(
        """
        local now = tonumber(redis.call('TIME')[1])
        local fields = redis.call('HKEYS', KEYS[1])
        table.sort(fields)
        local reports = {}
        for _, field in ipairs(fields) do
          local time, report = string.match(redis.call('HGET', KEYS[1], field), '^(%d+) (.*)$')
          if now - tonumber(time) <= tonumber(ARGV[1]) then
            reports[#reports + 1] = report
          end
        end
        return reports
        """)
}
