package import JSON
package import Redis

/// The stages of all routes in Redis: one version for all, changed by compare and set, with a list of what was changed.
package struct MigrationStore: Sendable {
    private let redis: RedisClient
    let prefix: String

    /// Changes that are kept.
    private static let keptChanges = 1000

    /// - Parameter name: of the setting `MIGRATIONS_NAME`. The braces keep its keys in one slot of a Redis Cluster.
    package init(redis: RedisClient, name: String) {
        self.redis = redis
        prefix = "{\(name)}"
    }

    private var keys: [String] { ["\(prefix):version", "\(prefix):routes", "\(prefix):changes"] }

    /// What there is now.
    ///
    /// - Parameter known: the version that the caller has.
    /// - Returns: `nil` when that is the one in force.
    /// - Throws: `RedisError`, also for what cannot be read.
    package func read(known: Int?) async throws(RedisError) -> MigrationStages? {
        let reply = try await redis.evaluate(Self.readScript, keys: keys, arguments: [.integer(known ?? -1)])
        guard let elements = reply.elements, let version = elements.first?.integerValue else {
            throw RedisError(.protocolViolation, "no stages of routes")
        }
        if version == known { return nil }
        var stages = MigrationStages(version: version, source: .redis)
        for index in stride(from: 1, to: elements.count - 1, by: 2) {
            guard let name = elements[index].stringValue, case .string(let bytes) = elements[index + 1],
                let stage = (try? JSONValue(parsing: bytes))?.object.flatMap({ RouteStage(json: $0) })
            else { throw RedisError(.protocolViolation, "a route's stage cannot be read") }
            stages.routes[name] = stage
        }
        return stages
    }

    /// Writes changes that follow a version, all or none.
    ///
    /// - Returns: false when another version is in force.
    package func write(_ changes: [MigrationChange], after version: Int) async throws(RedisError) -> Bool {
        var arguments: [RedisArgument] = [.integer(version), .integer(Self.keptChanges)]
        for change in changes {
            arguments += [
                .string(change.route), .string(JSONValue.object(change.to.json).serialized()),
                .string(JSONValue.object(change.json).serialized()),
            ]
        }
        let reply = try await redis.evaluate(Self.writeScript, keys: keys, arguments: arguments)
        return reply.integerValue == version + 1
    }

    /// Puts back what Redis has lost, unless it has the same or more.
    package func restore(_ stages: MigrationStages) async throws(RedisError) {
        var arguments: [RedisArgument] = [.integer(stages.version)]
        for (name, stage) in stages.routes {
            arguments += [.string(name), .string(JSONValue.object(stage.json).serialized())]
        }
        _ = try await redis.evaluate(Self.restoreScript, keys: keys, arguments: arguments)
    }

    /// The last changes, newest first.
    package func changes() async throws(RedisError) -> [JSONValue] {
        let reply = try await redis.send(["LRANGE", .string(keys[2]), 0, .integer(Self.keptChanges - 1)])
        return (reply.elements ?? []).compactMap { element in
            guard case .string(let bytes) = element else { return nil }
            return try? JSONValue(parsing: bytes)
        }
    }

    // MARK: Scripts

    /// - Returns: the version; and when it is not ARGV[1], names and stages in turn.
    private static let readScript = RedisScript(
        """
        local version = tonumber(redis.call('GET', KEYS[1]) or '0')
        if version == tonumber(ARGV[1]) then return {version} end
        local reply = redis.call('HGETALL', KEYS[2])
        table.insert(reply, 1, version)
        return reply
        """)

    /// - Returns: the new version, or 0 when ARGV[1] is not in force.
    private static let writeScript = RedisScript(
        """
        if tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[1]) then return 0 end
        for i = 3, #ARGV, 3 do
          redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
          redis.call('LPUSH', KEYS[3], ARGV[i + 2])
        end
        redis.call('LTRIM', KEYS[3], 0, ARGV[2] - 1)
        return redis.call('INCR', KEYS[1])
        """)

    private static let restoreScript = RedisScript(
        """
        if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return 0 end
        redis.call('DEL', KEYS[2])
        for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
        redis.call('SET', KEYS[1], ARGV[1])
        return 1
        """)
}
