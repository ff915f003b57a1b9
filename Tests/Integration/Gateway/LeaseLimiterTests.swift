import Gateway
import NIOCore
import NIOPosix
import Redis
import Synchronization
import Testing

@Suite("Rate limit leases in Redis")
struct LeaseLimiterTests {
    let redis = RedisUnderTest()
    private let eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any()

    private func question(_ limit: String) throws -> RateLimitQuestion {
        let policy = RateLimitPolicy(name: "user", limit: try #require(RateLimit(settingText: limit)))
        return RateLimitQuestion(policy: policy, key: "rl:{test-\(UInt64.random(in: .min ... .max))}:user:any")
    }

    /// A gateway's limiter with its own slot that nobody takes away.
    private func limiter(_ client: RedisClient, gateways: Int) -> LeaseLimiter {
        let slot = LeaseSlot()
        slot.renew(askedAt: RequestGuard.microseconds())
        return LeaseLimiter(redis: client, gateways: gateways, slot: slot)
    }

    /// The same, counting the questions to Redis.
    private func counting(_ client: RedisClient, gateways: Int, _ counter: Counter) -> LeaseLimiter {
        let (slot, inner) = (LeaseSlot(), limiter(client, gateways: gateways))
        slot.renew(askedAt: RequestGuard.microseconds())
        return LeaseLimiter(gateways: gateways, slot: slot) { key, limit, burst, wanted, eventLoop in
            counter.add()
            return inner.refill(key, limit, burst, wanted, eventLoop)
        } exact: { questions, bursts, eventLoop in
            counter.add()
            return inner.exact(questions, bursts, eventLoop)
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test("the script grants what the algorithm grants")
    func script() async throws {
        try await redis.withClient { client in
            let question = try question("1000/h burst 20")
            let limit = question.policy.limit
            var arrival: Int?
            for wanted in [3, 9, 1, 6, 4] {
                let reply = try await client.evaluate(
                    LeaseScript.script, keys: [question.key],
                    arguments: LeaseScript.arguments(limit, burst: 16, wanted: wanted))
                let grant = try #require(LeaseScript.grant(reply))
                let expected = GenericCellRate.grant(limit, burst: 16, wanted: wanted, arrivalTime: &arrival, now: 0)
                #expect(grant.tokens == expected.tokens && grant.remaining == expected.remaining)
                // The clock of Redis went on between the questions.
                #expect(expected.retryAfter - grant.retryAfter < 3_000_000)
                #expect((grant.retryAfter > 0) == (expected.tokens == 0))
            }
        }
    }

    @Test("several gateways at once admit the burst and no more, asking Redis far less often than they are asked")
    func burst() async throws {
        try await redis.withClient { client in
            let question = try question("1/h burst 400")
            let (admitted, asked) = (Counter(), Counter())
            let limiters = (0..<3).map { _ in counting(client, gateways: 4, asked) }
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<24 {
                    let limiter = limiters[worker % 8 == 0 ? 0 : worker % 3]
                    group.addTask {
                        for _ in 0..<50 {
                            let decision = try? await limiter.ask([question], on: eventLoop).get()
                            if decision?.isAdmitted == true { admitted.add() }
                        }
                    }
                }
            }
            let (count, calls) = (admitted.value, asked.value)
            #expect(count <= 401)
            // What one gateway may hold when the others are idle is out of reach.
            #expect(count >= 400 - 4 * 10)
            #expect(calls < 600, "1,200 questions cost Redis \(calls) scripts")
        }
    }

    @Test("a small limit is exact over all gateways")
    func small() async throws {
        try await redis.withClient { client in
            let question = try question("5/h")
            let limiters = (0..<3).map { _ in limiter(client, gateways: 8) }
            var admitted = 0
            for turn in 0..<30 {
                let decision = try await limiters[turn % 3].ask([question], on: eventLoop).get()
                if decision.isAdmitted { admitted += 1 }
            }
            #expect(admitted == 5)
        }
    }

    @Test("several limits on one request: all are charged or none is")
    func together() async throws {
        try await redis.withClient { client in
            let (large, small) = (try question("1/h burst 100"), try question("3/h"))
            let limiter = limiter(client, gateways: 1)
            var admitted = 0
            for _ in 0..<20 {
                let decision = try await limiter.ask([large, small], on: eventLoop).get()
                if decision.isAdmitted { admitted += 1 }
            }
            #expect(admitted == 3)
            // A tenth of the burst is kept for what gateways hold.
            let left = try await limiter.ask([large], on: eventLoop).get()
            #expect(left.shares.first?.remaining == 86)
        }
    }
}
