package import NIOCore
package import Redis

/// The blacklist: what was ended before it expired, as keys in Redis that expire by themselves.
///
/// It fails closed: without an answer of Redis nobody is let in, and nobody is told that a token is invalid.
package struct RevocationList: Sendable {
    private let redis: RedisClient

    /// Keys stay this much longer than the tokens they refuse, in seconds, in case clocks differ.
    private static let margin = 60

    package init(redis: RedisClient) {
        self.redis = redis
    }

    /// Whether the token, its session or its epoch was ended. One command.
    ///
    /// - Throws: `AuthenticationError.unavailable`.
    package func isRevoked(_ token: AccessToken) async throws(AuthenticationError) -> Bool {
        do {
            return try Self.verdict(try await redis.send(Self.question(token)), on: token)
        } catch {
            throw Self.unavailable(error)
        }
    }

    /// The same on an event loop, without a task. Fails with `AuthenticationError`.
    package func isRevoked(_ token: AccessToken, on eventLoop: any EventLoop) -> EventLoopFuture<Bool> {
        redis.send(Self.question(token), on: eventLoop)
            .flatMapThrowing { try Self.verdict($0, on: token) }
            .flatMapErrorThrowing { throw Self.unavailable($0) }
    }

    /// Refuses one token until it expires, `until` in seconds since 1970.
    package func revoke(tokenID: String, userID: Int, until: Int) async throws(AuthenticationError) {
        try await set(Self.tokenKey(userID, tokenID), until: until)
    }

    /// Refuses every token of a session; `until` is when the last of them expires, in seconds since 1970.
    package func revoke(sessionID: String, userID: Int, until: Int) async throws(AuthenticationError) {
        try await set(Self.sessionKey(userID, sessionID), until: until)
    }

    /// Refuses every token of the user with an epoch below `epoch`; it never lowers the epoch.
    package func raise(epoch: Int, userID: Int, until: Int) async throws(AuthenticationError) {
        do {
            _ = try await redis.evaluate(
                Self.raiseEpoch, keys: [Self.epochKey(userID)],
                arguments: [.integer(epoch), .integer(until + Self.margin)])
        } catch {
            throw Self.unavailable(error)
        }
    }

    private static let raiseEpoch = RedisScript(
        """
        local current = tonumber(redis.call('GET', KEYS[1]) or '-1')
        if tonumber(ARGV[1]) >= current then
            redis.call('SET', KEYS[1], ARGV[1], 'EXAT', ARGV[2])
        end
        return 1
        """)

    private func set(_ key: String, until: Int) async throws(AuthenticationError) {
        do {
            _ = try await redis.send(["SET", .string(key), 1, "EXAT", .integer(until + Self.margin)])
        } catch {
            throw Self.unavailable(error)
        }
    }

    // MARK: Keys

    // The braces keep a user's keys in one slot of a Redis Cluster.
    private static func tokenKey(_ userID: Int, _ tokenID: String) -> String { "rev:{\(userID)}:jti:\(tokenID)" }
    private static func sessionKey(_ userID: Int, _ sessionID: String) -> String { "rev:{\(userID)}:sid:\(sessionID)" }
    private static func epochKey(_ userID: Int) -> String { "rev:{\(userID)}:epoch" }

    private static func question(_ token: AccessToken) -> [RedisArgument] {
        [
            "MGET", .string(tokenKey(token.userID, token.tokenID)), .string(sessionKey(token.userID, token.sessionID)),
            .string(epochKey(token.userID)),
        ]
    }

    private static func verdict(_ reply: RedisReply, on token: AccessToken) throws -> Bool {
        guard case .array(let values) = reply, values.count == 3 else {
            throw AuthenticationError.unavailable(reason: "an answer of another form")
        }
        if values[0] != .null || values[1] != .null { return true }
        if values[2] == .null { return false }
        guard let epoch = values[2].integerValue else {
            throw AuthenticationError.unavailable(reason: "an epoch that is no number")
        }
        return token.epoch < epoch
    }

    private static func unavailable(_ error: any Error) -> AuthenticationError {
        error as? AuthenticationError ?? .unavailable(reason: "\(error)")
    }
}
