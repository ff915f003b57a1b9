import NIOCore
package import Redis

extension RequestGuard {
    /// Asks the script in Redis on the event loop's own connection.
    package static func limiter(redis: RedisClient) -> Limiter {
        { questions, eventLoop in
            redis.evaluate(
                RateLimitScript.script, keys: questions.map(\.key),
                arguments: RateLimitScript.arguments(for: questions), on: eventLoop
            ).flatMapThrowing { reply in
                guard let decision = RateLimitScript.decision(reply, for: questions) else {
                    throw RedisError(.protocolViolation, "The rate limit script answered with something else")
                }
                return decision
            }
        }
    }
}
