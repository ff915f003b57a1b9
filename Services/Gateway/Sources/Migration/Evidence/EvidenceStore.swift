package import JSON
package import Redis

/// Evidence of all gateways together, in Redis: for each stage of a route, and with the last samples of differences.
package struct EvidenceStore: Sendable {
    private let redis: RedisClient
    private let prefix: String

    /// In seconds; a stage that lasts longer is renewed by its own traffic.
    private static let kept = 30 * 86_400
    private static let keptSamples = 50

    /// - Parameter name: as that of ``MigrationStore``.
    package init(redis: RedisClient, name: String) {
        self.redis = redis
        prefix = "{\(name)}"
    }

    private func keys(_ route: String, _ since: Int) -> [String] {
        ["\(prefix):evidence:\(route):\(since)", "\(prefix):samples:\(route)"]
    }

    /// Adds what one gateway has seen.
    ///
    /// - Parameter since: the version with which the stage began.
    /// - Returns: what all have seen in this stage.
    package func add(
        _ counts: EvidenceCounts, samples: [String] = [], to route: String, since: Int
    ) async throws(RedisError) -> EvidenceCounts {
        var arguments: [RedisArgument] = [.integer(Self.kept), .integer(Self.keptSamples), .integer(samples.count)]
        arguments += samples.map { .string($0) }
        for (name, number) in counts.fields { arguments += [.string(name), .integer(number)] }
        let reply = try await redis.evaluate(Self.addScript, keys: keys(route, since), arguments: arguments)
        let elements = reply.elements ?? []
        var fields: [String: Int] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            if let name = elements[index].stringValue { fields[name] = elements[index + 1].integerValue }
        }
        return EvidenceCounts(fields: fields)
    }

    /// The last differences, newest first.
    package func samples(of route: String) async throws(RedisError) -> [JSONValue] {
        let reply = try await redis.send([
            "LRANGE", .string(keys(route, 0)[1]), 0, .integer(Self.keptSamples - 1),
        ])
        return (reply.elements ?? []).compactMap { element in
            guard case .string(let bytes) = element else { return nil }
            return try? JSONValue(parsing: bytes)
        }
    }

    /// - Returns: all names and numbers in turn.
    private static let addScript = RedisScript(
        """
        local samples = tonumber(ARGV[3])
        for i = 4, 3 + samples do redis.call('LPUSH', KEYS[2], ARGV[i]) end
        if samples > 0 then
          redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
          redis.call('EXPIRE', KEYS[2], ARGV[1])
        end
        for i = 4 + samples, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
        if #ARGV > 3 + samples then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
        return redis.call('HGETALL', KEYS[1])
        """)
}
