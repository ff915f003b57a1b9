import Foundation
import Gateway
import Redis
import Testing

@Suite("Gateway, the rate limit script in Redis")
struct GatewayRateLimitScriptTests {
    let redis = RedisUnderTest()

    private func question(_ name: String, _ limit: String) throws -> RateLimitQuestion {
        let policy = RateLimitPolicy(name: name, limit: try #require(RateLimit(settingText: limit)))
        return RateLimitQuestion(policy: policy, key: "test:{\(UUID())}:\(name)")
    }

    private func ask(_ client: RedisClient, _ questions: [RateLimitQuestion], cost: Int = 1) async throws
        -> RateLimitDecision
    {
        let questions = questions.map { RateLimitQuestion(policy: $0.policy, key: $0.key, cost: cost) }
        let reply = try await client.evaluate(
            RateLimitScript.script, keys: questions.map(\.key),
            arguments: RateLimitScript.arguments(for: questions))
        return try #require(RateLimitScript.decision(reply, for: questions))
    }

    @Test("exactly the burst is admitted, over concurrent requests, and the key goes away by itself")
    func burst() async throws {
        try await redis.withClient { client in
            let question = try question("burst", "1/h burst 20")
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 { group.addTask { try await ask(client, [question]).isAdmitted } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(admitted == 20)
            let left = try await client.send(["PTTL", .string(question.key)]).integerValue ?? 0
            #expect((1...72_000_000).contains(left))
        }
    }

    @Test("all limits of a request are charged or none is")
    func allOrNothing() async throws {
        try await redis.withClient { client in
            let both = [try question("all", "1/h burst 10"), try question("all-narrow", "1/h burst 2")]
            for _ in 0..<2 { #expect(try await ask(client, both).isAdmitted) }
            let refused = try await ask(client, both)
            #expect(!refused.isAdmitted)
            #expect(refused.shares.map(\.remaining) == [8, 0])
            #expect(refused.retryAfter > 3500)
            #expect(try await ask(client, [both[0]]).shares[0].remaining == 7)
        }
    }

    /// Both see the same arrival times. The script's clock cannot be set; an admitted request tells what it was.
    @Test(
        "the script and the Swift code say the same",
        arguments: ["5/s burst 3", "100/s burst 200", "7/m", "3/s burst 1"])
    func sameAsSwift(limit: String) async throws {
        try await redis.withClient { client in
            let question = try question("same", limit)
            var arrival: Int?
            for cost in [1, 1, 0, 2, 1, 1, 3, 1, 1, 1, 0, 1] {
                let decision = try await ask(client, [question], cost: cost)
                let share = decision.shares[0]
                let stored = try await client.send(["GET", .string(question.key)]).integerValue
                guard let known = decision.isAdmitted ? stored : arrival else { continue }
                let now = known - share.resetAfter
                let expected = GenericCellRate.ask(question.policy.limit, arrivalTime: arrival, now: now, cost: cost)
                #expect(decision.isAdmitted == expected.isAdmitted)
                #expect(share.remaining == expected.remaining)
                #expect(share.resetAfter == expected.resetAfter)
                #expect(share.retryAfter == expected.retryAfter)
                if decision.isAdmitted { arrival = expected.arrivalTime }
            }
        }
    }

    @Test("asking without a cost charges nothing, not even on a key that nobody has used")
    func withoutCost() async throws {
        try await redis.withClient { client in
            let question = try question("free", "1/h burst 3")
            let decision = try await ask(client, [question], cost: 0)
            #expect(decision.isAdmitted && decision.shares[0].remaining == 3)
            let stored = try await client.send(["EXISTS", .string(question.key)])
            #expect(stored == .integer(0))
        }
    }

    @Test("a stored time far in the future locks nobody out for longer than a window")
    func clock() async throws {
        try await redis.withClient { client in
            let question = try question("clock", "10/s burst 10")
            _ = try await client.send(["SET", .string(question.key), "9000000000000000", "PX", 60_000])
            let decision = try await ask(client, [question])
            #expect(!decision.isAdmitted && decision.shares[0].resetAfter <= 1_000_000)
        }
    }
}
