import Gateway
import Testing

@Suite("Rate limit leases")
struct LeaseTests {
    /// The macro cannot take a mutating call.
    private func given<Value>(_ value: Value?) throws -> Value { try #require(value) }

    @Test("under steady load on one gateway nearly all of the rate can be used")
    func usable() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 200))
        let terms = LeaseTerms(limit, gateways: 8)
        var bucket = LeaseBucket(terms, now: 0)
        var arrival: Int?
        var coming: (at: Int, grant: LeaseGrant, wish: LeaseWish)?
        var admitted = 0
        // Ten seconds at five times the rate; Redis answers after a millisecond.
        for now in stride(from: 0, to: 10_000_000, by: 2000) {
            if let answer = coming, answer.at <= now {
                bucket.endRefill(answer.grant, for: answer.wish, now: now)
                coming = nil
            }
            let answer = bucket.take(1, now: now)
            if answer == .admitted { admitted += 1 }
            if let wish = bucket.beginRefill(terms, for: answer == .mustAsk ? 1 : 0, now: now) {
                let grant = GenericCellRate.grant(
                    limit, burst: terms.sharedBurst, wish: wish, arrivalTime: &arrival, now: now)
                coming = (now + 1000, grant, wish)
            }
        }
        #expect(admitted <= 200 + 1000)
        #expect(admitted >= 950)
    }

    @Test("a limit that is too small for leases has none, and its whole burst is granted by Redis")
    func smallLimits() throws {
        let limit = try #require(RateLimit(5, per: 60_000_000, burst: 5))
        let terms = LeaseTerms(limit, gateways: 8)
        #expect(terms.holding == 0)
        #expect(terms.sharedBurst == 5)
        let large = LeaseTerms(try #require(RateLimit(1000, per: 1_000_000, burst: 2000)), gateways: 8)
        #expect(large.holding == 25)
        #expect(large.sharedBurst + 8 * large.holding == 2000)
    }

    @Test("a denial is remembered until there can be a token again")
    func denial() throws {
        let limit = try #require(RateLimit(10, per: 1_000_000, burst: 100))
        let terms = LeaseTerms(limit, gateways: 1, percent: 50)
        var bucket = LeaseBucket(terms, now: 0)
        #expect(bucket.take(1, now: 0) == .mustAsk)
        let wish = try given(bucket.beginRefill(terms, for: 1, now: 0))
        #expect(wish == LeaseWish(tokens: 50, least: 1))
        #expect(bucket.beginRefill(terms, for: 1, now: 0) == nil)
        bucket.endRefill(LeaseGrant(tokens: 0, remaining: 0, retryAfter: 70_000), for: wish, now: 10)
        #expect(bucket.take(1, now: 10) == .denied(retryAfter: 70_000))
        #expect(bucket.beginRefill(terms, for: 1, now: 70_009) == nil)
        #expect(bucket.take(1, now: 70_010) == .mustAsk)
    }

    @Test("a fast limit that is used up is not asked for every single token")
    func quantum() throws {
        let limit = try #require(RateLimit(1000, per: 1_000_000, burst: 2000))
        let terms = LeaseTerms(limit, gateways: 8)
        var bucket = LeaseBucket(terms, now: 0)
        #expect(bucket.take(1, now: 0) == .mustAsk)
        let wish = try given(bucket.beginRefill(terms, for: 1, now: 0))
        #expect(wish == LeaseWish(tokens: 25, least: 6))
        bucket.endRefill(LeaseGrant(tokens: 0, remaining: 2, retryAfter: 4_000), for: wish, now: 0)
        #expect(bucket.take(1, now: 3_999) == .denied(retryAfter: 1))
        #expect(bucket.take(1, now: 4_000) == .mustAsk)
        // Of a slow one every token counts.
        let slow = LeaseTerms(try #require(RateLimit(100, per: 60_000_000, burst: 2000)), gateways: 8)
        #expect(slow.quantum == 1)
    }

    @Test("a denial of an expensive request is none of a cheap one, and none of what the tokens here can pay")
    func expensiveDenial() throws {
        let limit = try #require(RateLimit(10, per: 1_000_000, burst: 100))
        let terms = LeaseTerms(limit, gateways: 1, percent: 50)
        var bucket = LeaseBucket(terms, now: 0)
        let first = try given(bucket.beginRefill(terms, for: 2, now: 0))
        bucket.endRefill(LeaseGrant(tokens: 3, remaining: 0, retryAfter: 0), for: first, now: 0)
        #expect(bucket.take(20, now: 0) == .mustAsk)
        // Three are here, so seventeen are needed of Redis, which has sixteen.
        let second = try given(bucket.beginRefill(terms, for: 20, now: 0))
        #expect(second == LeaseWish(tokens: 47, least: 17))
        bucket.endRefill(LeaseGrant(tokens: 0, remaining: 16, retryAfter: 100_000), for: second, now: 0)
        #expect(bucket.take(20, now: 1) == .denied(retryAfter: 99_999))
        #expect(bucket.take(19, now: 1) == .mustAsk)
        #expect(bucket.take(3, now: 1) == .admitted)
        #expect(bucket.take(17, now: 1) == .denied(retryAfter: 99_999))
        #expect(bucket.take(16, now: 1) == .mustAsk)
    }

    @Test("the supply is filled up before its last token is gone, and once at a time")
    func refill() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 160))
        let terms = LeaseTerms(limit, gateways: 1, percent: 50)
        var bucket = LeaseBucket(terms, now: 0)
        let wish = try given(bucket.beginRefill(terms, for: 1, now: 0))
        bucket.endRefill(LeaseGrant(tokens: 80, remaining: 0, retryAfter: 0), for: wish, now: 0)
        for _ in 0..<59 {
            #expect(bucket.take(1, now: 0) == .admitted)
            #expect(bucket.beginRefill(terms, now: 0) == nil)
        }
        #expect(bucket.take(1, now: 0) == .admitted)
        #expect(bucket.beginRefill(terms, now: 0) == LeaseWish(tokens: 60, least: 5))
        #expect(bucket.take(1, now: 0) == .admitted)
        bucket.failRefill()
        #expect(bucket.tokens == 19)
    }

    @Test("what is given back never makes more than may be held, also while a refill is on its way")
    func givenBack() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 100))
        let terms = LeaseTerms(limit, gateways: 5, percent: 50)
        var bucket = LeaseBucket(terms, now: 0)
        let first = try given(bucket.beginRefill(terms, for: 1, now: 0))
        bucket.endRefill(LeaseGrant(tokens: 10, remaining: 0, retryAfter: 0), for: first, now: 0)
        #expect(bucket.take(9, now: 0) == .admitted)
        let second = try given(bucket.beginRefill(terms, now: 0))
        // Nine are on their way, and there is place for one besides.
        bucket.giveBack(9, terms)
        bucket.endRefill(LeaseGrant(tokens: 9, remaining: 0, retryAfter: 0), for: second, now: 0)
        #expect(bucket.tokens == 10)
        #expect(bucket.take(4, now: 0) == .admitted)
        bucket.giveBack(4, terms)
        #expect(bucket.tokens == 10)
    }

    @Test("what a request under way may bring back counts as held")
    func reserved() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 100))
        let terms = LeaseTerms(limit, gateways: 5, percent: 50)
        var bucket = LeaseBucket(terms, now: 0)
        let first = try given(bucket.beginRefill(terms, for: 1, now: 0))
        bucket.endRefill(LeaseGrant(tokens: 10, remaining: 90, retryAfter: 0), for: first, now: 0)
        #expect(bucket.take(8, now: 0) == .admitted)
        bucket.reserve(8)
        // Two are here and eight may come back: there is no place for more, and for more than two nobody can wait.
        #expect(bucket.beginRefill(terms, now: 0) == nil)
        #expect(bucket.take(3, now: 0) == .mustAsk)
        #expect(bucket.beginRefill(terms, for: 3, now: 0) == nil && !bucket.isRefilling)
        bucket.settle(8, isSpent: false, terms)
        #expect(bucket.tokens == 10)
        #expect(bucket.take(8, now: 0) == .admitted)
        bucket.reserve(8)
        bucket.settle(8, isSpent: true, terms)
        #expect(bucket.tokens == 2)
        #expect(bucket.beginRefill(terms, now: 0) == LeaseWish(tokens: 8, least: 2))
    }

    @Test("a slot that was lost and taken again does not bring the tokens of the first back")
    func slot() {
        let slot = LeaseSlot()
        #expect(slot.holder(now: 0) == nil)
        slot.renew(askedAt: 0)
        let first = slot.holder(now: 1)
        slot.renew(askedAt: 2_000_000)
        #expect(first != nil && slot.holder(now: 9_999_999) == first)
        #expect(slot.holder(now: 10_000_000) == nil)
        slot.renew(askedAt: 20_000_000)
        #expect(slot.holder(now: 20_000_001) != first)
    }
}
