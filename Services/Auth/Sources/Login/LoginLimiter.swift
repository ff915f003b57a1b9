import APIContract
import Authentication
import Crypto
package import Redis

/// So many attempts in any window of time, exactly, over all instances: of one account, of one address, or of both together.
///
/// A sliding log: the times of the attempts that were let through, in Redis, by Redis' own clock. The attempt is
/// written down before the password is looked at, so attempts made at once cannot pass together. While Redis is away each
/// instance counts by itself, against its share of the limit (``LocalAttempts``).
package struct LoginLimiter: Sendable {
    private let redis: RedisClient
    private let local: LocalAttempts
    private let prefix: String
    private let policy: String
    private let limit: Int
    /// In seconds.
    private let window: Int
    private let deadline: Duration

    /// - Parameters:
    ///   - local: counts while Redis is away, together with all other limiters of this process.
    ///   - cluster: tells clusters that share a Redis apart.
    ///   - policy: the limit's name, as clients see it; limits of different names count apart.
    ///   - window: in seconds.
    package init(
        redis: RedisClient, local: LocalAttempts, cluster: String = "", policy: String = "login", limit: Int,
        window: Int = 60, deadline: Duration = .milliseconds(250)
    ) {
        self.redis = redis
        self.local = local
        prefix = cluster.isEmpty ? policy : "\(cluster):\(policy)"
        self.policy = policy
        self.limit = limit
        self.window = window
        self.deadline = deadline
    }

    /// Reserves one attempt.
    ///
    /// - Parameters:
    ///   - account: the name that was given, in lower case; only its hash is stored. Nil to count all accounts together.
    ///   - address: nil to count those from all addresses together.
    /// - Throws: `RedisError`: nobody can count the attempt, so there must not be another one.
    package func reserve(account: String? = nil, address: String? = nil) async throws(RedisError) -> LoginAllowance {
        let reservation = LoginAllowance.Reservation(
            key: key(account: account, address: address), member: Int.random(in: 0...Int.max))
        let shared: LoginAllowance
        do throws(RedisError) {
            shared = try await local.breaker.ask { () async throws(RedisError) in try await reserveInRedis(reservation)
            }
        } catch {
            return try reserveHere(reservation)
        }
        // Redis knows nothing of what was let through without it, so that goes on to count here.
        guard shared.isAllowed, local.holds(reservation.key) else { return shared }
        let own = try reserveHere(reservation)
        guard own.isAllowed else {
            try? await release(shared)
            return own
        }
        return own.remaining < shared.remaining ? own : shared
    }

    private func reserveInRedis(
        _ reservation: LoginAllowance.Reservation
    ) async throws(RedisError) -> LoginAllowance {
        let reply = try await redis.evaluate(
            Self.script, keys: [reservation.key],
            arguments: [.integer(limit), .integer(window), .integer(reservation.member)], deadline: deadline)
        guard let numbers = reply.elements?.compactMap(\.integerValue), numbers.count == 3 else {
            throw RedisError(.protocolViolation, "the limiter's script answered something else")
        }
        return LoginAllowance(
            policy: policy, limit: limit, window: window, isAllowed: numbers[0] == 1, remaining: numbers[1],
            resetAfter: max(1, (numbers[2] + 999_999) / 1_000_000), reservation: reservation)
    }

    private func reserveHere(_ reservation: LoginAllowance.Reservation) throws(RedisError) -> LoginAllowance {
        let answer = try local.reserve(reservation, limit: limit, window: window)
        return LoginAllowance(
            policy: policy, limit: local.share(of: limit), window: window, isAllowed: answer.isAllowed,
            remaining: answer.remaining, resetAfter: max(1, Int((answer.resetAfter / .seconds(1)).rounded(.up))),
            reservation: reservation)
    }

    /// Takes an attempt back for which no password was looked at.
    ///
    /// - Throws: `RedisError`: then it counts, which is the safe side.
    package func release(_ allowance: LoginAllowance) async throws(RedisError) {
        let reservation = allowance.reservation
        local.release(reservation)
        _ = try await local.breaker.ask { () async throws(RedisError) in
            try await redis.send(
                ["ZREM", .string(reservation.key), .string("\(reservation.member)")], deadline: deadline)
        }
    }

    /// An IPv6 address counts by its /64 network, which one subscriber has to himself.
    private func key(account: String?, address: String?) -> String {
        let account = account.map { Base64URL.encode(SHA256.hash(data: Array($0.utf8))) }
        let network = address.map { IPAddress($0).map { Base64URL.encode($0.limitedPrefix) } ?? "unknown" }
        return switch (account, network) {
        case (let account?, let network?): "\(prefix):{\(account)}:\(network)"
        case (let one?, nil), (nil, let one?): "\(prefix):{\(one)}"
        case (nil, nil): prefix
        }
    }

    // Times in microseconds are past what Lua prints whole by itself, hence '%.0f'. An attempt that is exactly one
    // window old still counts.
    private static let script = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local limit = tonumber(ARGV[1])
        local window = ARGV[2] * 1000000
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - window))
        local count = redis.call('ZCARD', KEYS[1])
        local allowed = 0
        if count < limit then
            redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
            redis.call('EXPIRE', KEYS[1], ARGV[2] + 1)
            count = count + 1
            allowed = 1
        end
        local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
        local reset = oldest[2] and (oldest[2] + window - now) or 0
        return {allowed, limit - count, reset}
        """)
}
