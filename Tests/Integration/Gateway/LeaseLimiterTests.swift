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

    private func question(_ limit: String, cost: Int = 1, isExact: Bool = false) throws -> RateLimitQuestion {
        let policy = RateLimitPolicy(
            name: "user", limit: try #require(RateLimit(settingText: limit)), isExact: isExact)
        return RateLimitQuestion(
            policy: policy, key: "rl:{test-\(UInt64.random(in: .min ... .max))}:user:any", cost: cost)
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
        return LeaseLimiter(gateways: gateways, slot: slot) { key, limit, burst, wish, eventLoop in
            counter.add()
            return inner.refill(key, limit, burst, wish, eventLoop)
        } exact: { questions, bursts, eventLoop in
            counter.add()
            return inner.exact(questions, bursts, eventLoop)
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add(_ number: Int = 1) { count.withLock { $0 += number } }
    }

    @Test("the script grants what the algorithm grants")
    func script() async throws {
        try await redis.withClient { client in
            let question = try question("1000/h burst 20")
            let limit = question.policy.limit
            var arrival: Int?
            for (wanted, least) in [(3, 1), (9, 9), (1, 1), (6, 4), (6, 1), (4, 3)] {
                let wish = LeaseWish(tokens: wanted, least: least)
                let reply = try await client.evaluate(
                    LeaseScript.script, keys: [question.key],
                    arguments: LeaseScript.arguments(limit, burst: 16, wish: wish))
                let grant = try #require(LeaseScript.grant(reply))
                let expected = GenericCellRate.grant(limit, burst: 16, wish: wish, arrivalTime: &arrival, now: 0)
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

    @Test("requests of different costs over several gateways: what is admitted costs no more than the burst")
    func costs() async throws {
        try await redis.withClient { client in
            let one = try question("1/h burst 400")
            let limiters = (0..<3).map { _ in limiter(client, gateways: 4) }
            let spent = Counter()
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<12 {
                    let limiter = limiters[worker % 3]
                    // The most expensive one costs more than a gateway may hold, and is asked for in Redis.
                    let cost = [1, 3, 7, 25][worker % 4]
                    let question = RateLimitQuestion(policy: one.policy, key: one.key, cost: cost)
                    group.addTask {
                        for _ in 0..<60 {
                            let decision = try? await limiter.ask([question], on: eventLoop).get()
                            if decision?.isAdmitted == true { spent.add(cost) }
                        }
                    }
                }
            }
            let total = spent.value
            #expect(total <= 400)
            #expect(total >= 400 - 4 * 10 - 25)
        }
    }

    @Test("a denial costs Redis no command, by leases and by questions alike", arguments: [false, true])
    func denials(isExact: Bool) async throws {
        try await redis.withClient { client in
            let question = try question("1/h burst 100", isExact: isExact)
            let asked = Counter()
            let limiter = counting(client, gateways: 2, asked)
            var statuses: [Bool] = []
            while statuses.last != false, statuses.count < 200 {
                statuses.append(try await limiter.ask([question], on: eventLoop).get().isAdmitted)
            }
            #expect((90...100).contains(statuses.count { $0 }))
            let before = asked.value
            for _ in 0..<1000 {
                let decision = try await limiter.ask([question], on: eventLoop).get()
                #expect(!decision.isAdmitted && decision.retryAfter > 3000)
            }
            #expect(asked.value == before)
        }
    }

    @Test("a hot limit costs Redis one command for twenty requests at most")
    func hotKey() async throws {
        try await redis.withClient { client in
            let question = try question("5000/s burst 10000")
            let asked = Counter()
            let limiters = (0..<2).map { _ in counting(client, gateways: 3, asked) }
            var admitted = 0
            for turn in 0..<8000 {
                let decision = try await limiters[turn % 2].ask([question], on: eventLoop).get()
                if decision.isAdmitted { admitted += 1 }
            }
            #expect(admitted == 8000)
            #expect(asked.value <= 8000 / 20, "\(asked.value) commands")
        }
    }

    @Test("what several limits of one request need is asked for at the same time")
    func atOnce() async throws {
        try await redis.withClient { client in
            let questions = try (0..<3).map { _ in try question("1000/s burst 1000") }
            let asked = Counter()
            let (slot, inner) = (LeaseSlot(), limiter(client, gateways: 2))
            slot.renew(askedAt: RequestGuard.microseconds())
            let answer = eventLoop.makePromise(of: Void.self)
            let limiter = LeaseLimiter(gateways: 2, slot: slot) { key, limit, burst, wish, eventLoop in
                asked.add()
                return answer.futureResult.flatMap { inner.refill(key, limit, burst, wish, eventLoop) }
            } exact: {
                inner.exact($0, $1, $2)
            }
            let decision = limiter.ask(questions, on: eventLoop)
            // Nothing has been answered yet, and all three questions are on their way.
            #expect(asked.value == 3)
            answer.succeed()
            let shares = try await decision.get().shares
            #expect(shares.count == 3)
            #expect(asked.value == 3)
        }
    }

    @Test("another limit for the same key does not take over the tokens of the first")
    func otherLimit() async throws {
        try await redis.withClient { client in
            let first = try question("1/h burst 100")
            let limiter = limiter(client, gateways: 1)
            #expect(try await limiter.ask([first], on: eventLoop).get().isAdmitted)
            let smaller = RateLimitPolicy(name: "user", limit: try #require(RateLimit(settingText: "1/h burst 20")))
            var admitted = 0
            for _ in 0..<50 {
                let question = RateLimitQuestion(policy: smaller, key: first.key)
                if try await limiter.ask([question], on: eventLoop).get().isAdmitted { admitted += 1 }
            }
            // The ten tokens that were taken in advance stay taken.
            #expect((1...10).contains(admitted), "\(admitted)")
        }
    }
}
