import NIOCore
package import Redis

extension LeaseLimiter {
    /// Asks the scripts in Redis on the event loop's own connection.
    package convenience init(
        redis: RedisClient, gateways: Int, slot: LeaseSlot, counts: LeaseCounts = LeaseCounts()
    ) {
        let breaker = RedisBreaker()
        self.init(gateways: gateways, slot: slot) { key, limit, burst, wish, eventLoop in
            breaker.ask(on: eventLoop) {
                redis.evaluate(
                    LeaseScript.script, keys: [key],
                    arguments: LeaseScript.arguments(limit, burst: burst, wish: wish), on: eventLoop)
            }.flatMapThrowing { reply in
                guard let grant = LeaseScript.grant(reply) else { throw Self.strange }
                return grant
            }.always { counts.refilled((try? $0.get())?.tokens) }
        } exact: { questions, bursts, eventLoop in
            breaker.ask(on: eventLoop) {
                redis.evaluate(
                    RateLimitScript.script, keys: questions.map(\.key),
                    arguments: RateLimitScript.arguments(for: questions, bursts: bursts), on: eventLoop)
            }.flatMapThrowing { reply in
                guard let decision = RateLimitScript.decision(reply, for: questions) else { throw Self.strange }
                return decision
            }.always { counts.answered(isAdmitted: (try? $0.get())?.isAdmitted) }
        }
    }

    private static let strange = RedisError(.protocolViolation, "A rate limit script answered with something else")
}
