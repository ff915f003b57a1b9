package import Redis

/// What Redis answers to the wish for tokens.
package struct LeaseGrant: Sendable, Hashable {
    /// From 0 to as many as were asked for.
    package var tokens: Int
    /// What is left for others.
    package var remaining: Int
    /// Microseconds until there is a token; 0 when some were granted.
    package var retryAfter: Int

    package init(tokens: Int, remaining: Int, retryAfter: Int) {
        self.tokens = tokens
        self.remaining = remaining
        self.retryAfter = retryAfter
    }
}

extension GenericCellRate {
    /// Grants as many of `wanted` tokens as there are; ``LeaseScript`` computes the same inside Redis.
    ///
    /// - Parameters:
    ///   - burst: what is granted against.
    ///   - arrivalTime: the remembered theoretical arrival time, changed by the grant.
    package static func grant(
        _ limit: RateLimit, burst: Int, wanted: Int, arrivalTime: inout Int?, now: Int
    ) -> LeaseGrant {
        let interval = limit.emissionInterval
        let capacity = burst * interval
        let arrival = min(max(arrivalTime ?? now, now), now + capacity)
        let free = (capacity - (arrival - now)) / interval
        let tokens = min(free, wanted)
        let next = arrival + tokens * interval
        arrivalTime = next
        return LeaseGrant(
            tokens: tokens, remaining: free - tokens,
            retryAfter: tokens > 0 ? 0 : max(1, next + interval - capacity - now))
    }
}

/// Grants tokens of one limit in advance, by the clock of Redis.
package enum LeaseScript {
    /// - Parameter arguments: the emission interval in microseconds, the burst to grant against, and the tokens wanted.
    /// - Returns: the tokens granted, the tokens left, and the microseconds until there is one.
    package static let script = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local interval, wanted = tonumber(ARGV[1]), tonumber(ARGV[3])
        local capacity = ARGV[2] * interval
        local stored = redis.call('GET', KEYS[1])
        local arrival = math.min(math.max(stored and tonumber(stored) or now, now), now + capacity)
        local free = math.floor((capacity - (arrival - now)) / interval)
        local tokens = math.min(free, wanted)
        local next_arrival = arrival + tokens * interval
        if tokens > 0 then
          redis.call('SET', KEYS[1], string.format('%.0f', next_arrival),
            'PX', string.format('%.0f', math.ceil((next_arrival - now) / 1000)))
          return {tokens, free - tokens, 0}
        end
        return {0, 0, math.max(1, next_arrival + interval - capacity - now)}
        """)

    package static func arguments(_ limit: RateLimit, burst: Int, wanted: Int) -> [RedisArgument] {
        [.integer(limit.emissionInterval), .integer(burst), .integer(wanted)]
    }

    /// The script's answer; `nil` when it is none.
    package static func grant(_ reply: RedisReply) -> LeaseGrant? {
        guard let elements = reply.elements, elements.count == 3, let tokens = elements[0].integerValue,
            let remaining = elements[1].integerValue, let retryAfter = elements[2].integerValue
        else { return nil }
        return LeaseGrant(tokens: tokens, remaining: remaining, retryAfter: retryAfter)
    }
}
