package import Redis

/// What Redis answers to the wish for tokens.
package struct LeaseGrant: Sendable, Hashable {
    /// From 0 to as many as were asked for.
    package var tokens: Int
    /// What is left for others.
    package var remaining: Int
    /// Microseconds until there are as many as were needed at least; 0 when some were granted.
    package var retryAfter: Int

    package init(tokens: Int, remaining: Int, retryAfter: Int) {
        self.tokens = tokens
        self.remaining = remaining
        self.retryAfter = retryAfter
    }
}

extension GenericCellRate {
    /// Grants as many of the wanted tokens as there are, or none; ``LeaseScript`` computes the same inside Redis.
    ///
    /// - Parameters:
    ///   - burst: what is granted against.
    ///   - arrivalTime: the remembered theoretical arrival time, changed by the grant.
    package static func grant(
        _ limit: RateLimit, burst: Int, wish: LeaseWish, arrivalTime: inout Int?, now: Int
    ) -> LeaseGrant {
        let interval = limit.emissionInterval
        let capacity = burst * interval
        let arrival = min(max(arrivalTime ?? now, now), now + capacity)
        let free = (capacity - (arrival - now)) / interval
        guard free >= wish.least else {
            arrivalTime = arrival
            return LeaseGrant(
                tokens: 0, remaining: free, retryAfter: max(1, arrival + wish.least * interval - capacity - now))
        }
        let tokens = min(free, wish.tokens)
        arrivalTime = arrival + tokens * interval
        return LeaseGrant(tokens: tokens, remaining: free - tokens, retryAfter: 0)
    }
}

/// Grants tokens of one limit in advance, by the clock of Redis.
package enum LeaseScript {
    /// - Parameter arguments: the emission interval in microseconds, the burst to grant against, the tokens wanted, and how
    ///   many of them are needed at least.
    /// - Returns: the tokens granted, the tokens left, and the microseconds until there are as many as are needed.
    package static let script = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local interval, wanted, least = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local capacity = ARGV[2] * interval
        local stored = redis.call('GET', KEYS[1])
        local arrival = math.min(math.max(stored and tonumber(stored) or now, now), now + capacity)
        local free = math.floor((capacity - (arrival - now)) / interval)
        if free < least then
          return {0, free, math.max(1, arrival + least * interval - capacity - now)}
        end
        local tokens = math.min(free, wanted)
        local next_arrival = arrival + tokens * interval
        redis.call('SET', KEYS[1], string.format('%.0f', next_arrival),
          'PX', string.format('%.0f', math.ceil((next_arrival - now) / 1000)))
        return {tokens, free - tokens, 0}
        """)

    package static func arguments(_ limit: RateLimit, burst: Int, wish: LeaseWish) -> [RedisArgument] {
        [.integer(limit.emissionInterval), .integer(burst), .integer(wish.tokens), .integer(wish.least)]
    }

    /// The script's answer; `nil` when it is none.
    package static func grant(_ reply: RedisReply) -> LeaseGrant? {
        guard let elements = reply.elements, elements.count == 3, let tokens = elements[0].integerValue,
            let remaining = elements[1].integerValue, let retryAfter = elements[2].integerValue
        else { return nil }
        return LeaseGrant(tokens: tokens, remaining: remaining, retryAfter: retryAfter)
    }
}
