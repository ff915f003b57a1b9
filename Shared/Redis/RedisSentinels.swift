import NIOCore

/// The Sentinels that know which Redis server is the master, and what they call it.
///
/// A client asks before every connection, and not once: whoever answers first says who is the master now. A connection
/// that is lost, or that says it is a replica's, is opened anew, so that no news has to be waited for. Source: “Guidelines
/// for Redis clients with support for Redis Sentinel”, https://redis.io/docs/latest/develop/reference/sentinel-clients/.
package struct RedisSentinels: Sendable, Equatable {
    package let addresses: [RedisConfiguration.Address]
    package let masterName: String

    /// - Parameters:
    ///   - list: `host:port` each; without a port 26379.
    ///   - masterName: what `sentinel monitor` names.
    /// - Throws: a sentence that says what is wrong.
    package init(_ list: [String], masterName: String) throws(RedisConfigurationError) {
        guard !masterName.isEmpty else {
            throw RedisConfigurationError(description: "REDIS_MASTER_NAME is empty, and REDIS_SENTINELS is not")
        }
        var addresses: [RedisConfiguration.Address] = []
        for text in list { addresses.append(try RedisURL.endpoint(text[...], defaultPort: 26379)) }
        self.addresses = addresses
        self.masterName = masterName
    }

    /// What a Sentinel is asked; its answer is host and port, or nothing when it knows no such master.
    var question: [RedisArgument] { ["SENTINEL", "get-master-addr-by-name", .string(masterName)] }

    /// The master in an answer to ``question``.
    package static func master(in reply: RedisReply) throws(RedisError) -> RedisConfiguration.Address {
        if case .error(let text) = reply { throw RedisError(.server, text) }
        guard let parts = reply.elements, parts.count == 2, let host = parts[0].stringValue,
            let port = parts[1].integerValue, (1...65_535).contains(port)
        else { throw RedisError(.unavailable, "the Sentinel knows no such master") }
        return .tcp(host: host, port: port)
    }

    /// An error for those who are connected to what is a replica by now, so that they ask again who is the master. (`ROLE` is not
    /// for scripts.)
    static let masterCheck: [RedisArgument] = [
        "EVAL",
        """
        if string.find(redis.call('INFO', 'replication'), 'role:master', 1, true) then return 1 end
        return redis.error_reply('READONLY not the master')
        """, 0,
    ]
}
