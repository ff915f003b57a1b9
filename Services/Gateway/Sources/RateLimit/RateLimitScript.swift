package import Redis

/// ``GenericCellRate`` inside Redis, for any number of limits at once: all are charged or none is.
package enum RateLimitScript {
    /// - Parameter arguments: for each key its emission interval in microseconds, its burst and the cost.
    /// - Returns: 1 or 0, then for each key the remaining requests, and the microseconds of `resetAfter` and `retryAfter`.
    package static let script = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local admitted = 1
        local arrivals, answer = {}, {}
        for i, key in ipairs(KEYS) do
          local interval = tonumber(ARGV[3 * i - 2])
          local capacity = ARGV[3 * i - 1] * interval
          local stored = redis.call('GET', key)
          local arrival = math.min(math.max(stored and tonumber(stored) or now, now), now + capacity)
          local next_arrival = arrival + ARGV[3 * i] * interval
          local wait = next_arrival - capacity - now
          if wait > 0 then admitted = 0 end
          arrivals[i] = {arrival, next_arrival, capacity, interval, wait}
        end
        answer[1] = admitted
        for i, key in ipairs(KEYS) do
          local arrival, next_arrival, capacity, interval, wait = unpack(arrivals[i])
          local used = arrival
          if admitted == 1 then
            used = next_arrival
            if used > now then
              redis.call('SET', key, string.format('%.0f', used),
                'PX', string.format('%.0f', math.ceil((used - now) / 1000)))
            end
          end
          answer[3 * i - 1] = math.floor((capacity - (used - now)) / interval)
          answer[3 * i] = used - now
          answer[3 * i + 1] = math.max(0, wait)
        end
        return answer
        """)

    /// - Parameter bursts: what each is granted against; the limits' own bursts when nothing else is said.
    package static func arguments(for questions: [RateLimitQuestion], bursts: [Int]? = nil) -> [RedisArgument] {
        let bursts = bursts ?? questions.map(\.policy.limit.burst)
        var arguments: [RedisArgument] = []
        arguments.reserveCapacity(questions.count * 3)
        for (question, burst) in zip(questions, bursts) {
            arguments.append(.integer(question.policy.limit.emissionInterval))
            arguments.append(.integer(burst))
            arguments.append(.integer(question.cost))
        }
        return arguments
    }

    /// The script's answer as a decision; `nil` when it is none.
    package static func decision(_ reply: RedisReply, for questions: [RateLimitQuestion]) -> RateLimitDecision? {
        guard let elements = reply.elements, elements.count == 1 + 3 * questions.count,
            let admitted = elements[0].integerValue
        else { return nil }
        var shares: [RateLimitDecision.Share] = []
        shares.reserveCapacity(questions.count)
        for (index, question) in questions.enumerated() {
            guard let remaining = elements[3 * index + 1].integerValue,
                let reset = elements[3 * index + 2].integerValue,
                let retry = elements[3 * index + 3].integerValue
            else { return nil }
            shares.append(
                .init(policy: question.policy, remaining: remaining, resetAfter: reset, retryAfter: retry))
        }
        return RateLimitDecision(isAdmitted: admitted == 1, shares: shares)
    }
}
