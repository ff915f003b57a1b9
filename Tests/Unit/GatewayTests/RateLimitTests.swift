import Gateway
import Redis
import Testing

@Suite("Rate limits")
struct RateLimitTests {
    @Test(
        "a limit is written as a rate and a burst",
        arguments: [
            ("100/s burst 200", 200, 10_000, 2), ("100/s", 100, 10_000, 1), ("5/m", 5, 12_000_000, 60),
            ("1/h burst 3", 3, 3_600_000_000, 10_800), ("3/s burst 1", 1, 333_334, 1),
            ("1/d", 1, 86_400_000_000, 86_400),
        ])
    func parsing(text: String, burst: Int, interval: Int, window: Int) throws {
        let limit = try #require(RateLimit(settingText: text))
        #expect(limit.burst == burst)
        #expect(limit.emissionInterval == interval)
        #expect(limit.window == window)
        #expect(RateLimit(settingText: limit.settingText) == limit)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "100", "0/s", "-1/s", "100/x", "100/s burst", "100/s burst 0", "100/s burst -1", "100/s bursts 5",
            "100/s burst 5 more", "2000000/s", "1.5/s", "1/d burst 1000000", "/s", "100/",
        ])
    func malformed(text: String) {
        #expect(RateLimit(settingText: text) == nil)
    }

    @Test("the fields of an answer say what is left and when all of it is back")
    func fields() throws {
        let limit = try #require(RateLimit(settingText: "100/s burst 200"))
        let policy = RateLimitPolicy(name: "user", limit: limit)
        #expect(policy.policyField == #""user";q=200;w=2"#)
        let question = RateLimitQuestion(policy: policy, key: "k")
        let decision = LocalRateLimiter().ask([question], now: 0)
        #expect(decision.policyField == #""user";q=200;w=2"#)
        #expect(decision.limitField == #""user";r=199;t=1"#)
    }

    @Test("all limits of a request admit it and are charged, or none is")
    func allOrNothing() throws {
        let wide = RateLimitPolicy(name: "wide", limit: try #require(RateLimit(settingText: "10/s burst 10")))
        let narrow = RateLimitPolicy(name: "narrow", limit: try #require(RateLimit(settingText: "1/s burst 2")))
        let limiter = LocalRateLimiter()
        let both = [RateLimitQuestion(policy: wide, key: "w"), RateLimitQuestion(policy: narrow, key: "n")]
        #expect(limiter.ask(both, now: 0).isAdmitted)
        #expect(limiter.ask(both, now: 0).isAdmitted)
        let refused = limiter.ask(both, now: 0)
        #expect(!refused.isAdmitted)
        #expect(refused.retryAfter == 1)
        #expect(refused.shares.map(\.remaining) == [8, 0])
        #expect(limiter.ask([both[0]], now: 0).shares[0].remaining == 7)
    }

    @Test("what the script answers becomes a decision, and nothing else does")
    func scriptAnswer() throws {
        let policy = RateLimitPolicy(name: "user", limit: try #require(RateLimit(settingText: "1/s burst 2")))
        let questions = [RateLimitQuestion(policy: policy, key: "k")]
        let reply = RedisReply.array([.integer(0), .integer(0), .integer(1_500_000), .integer(500_000)])
        let decision = try #require(RateLimitScript.decision(reply, for: questions))
        #expect(!decision.isAdmitted)
        // Not the two seconds until all of it is back, but when a request may come again.
        #expect(decision.limitField == #""user";r=0;t=1"#)
        #expect(decision.retryAfter == 1)
        #expect(RateLimitScript.decision(.integer(1), for: questions) == nil)
        #expect(RateLimitScript.decision(.array([.integer(1)]), for: questions) == nil)
        #expect(RateLimitScript.arguments(for: questions) == [.integer(1_000_000), .integer(2), .integer(1)])
    }

    @Test("a full memory forgets some keys, never all, and goes on")
    func bounded() throws {
        let policy = RateLimitPolicy(name: "user", limit: try #require(RateLimit(settingText: "1/h burst 1")))
        let limiter = LocalRateLimiter(capacity: 100)
        for key in 0..<1000 {
            #expect(limiter.ask([RateLimitQuestion(policy: policy, key: "\(key)")], now: 0).isAdmitted)
        }
        let remembered = (0..<1000).count {
            limiter.ask([RateLimitQuestion(policy: policy, key: "\($0)", cost: 0)], now: 0).shares[0].remaining == 0
        }
        #expect((1...100).contains(remembered))
    }
}
