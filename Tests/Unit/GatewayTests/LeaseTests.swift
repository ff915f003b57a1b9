import Gateway
import Testing

@Suite("Rate limit leases")
struct LeaseTests {
    /// Deterministic, so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }

    /// A gateway of the simulation: its bucket, and the answer of Redis that is on its way.
    private struct SimulatedGateway {
        var bucket: LeaseBucket
        var coming: (at: Int, grant: LeaseGrant)?
        var pausedUntil = 0
    }

    @Test(
        "never more than burst plus rate in any window, however the load is spread and gateways die", arguments: 1...30)
    func bound(seed: UInt64) throws {
        var random = Generator(state: seed)
        let limit = try #require(
            RateLimit(
                .random(in: 1...2000, using: &random), per: 1_000_000, burst: .random(in: 8...500, using: &random)))
        let count = Int.random(in: 1...6, using: &random)
        let terms = LeaseTerms(limit, gateways: count, percent: .random(in: 10...90, using: &random))
        guard terms.holding > 0 else { return }
        var now = 1_000_000_000
        var arrival: Int?
        var gateways = (0..<count).map { _ in SimulatedGateway(bucket: LeaseBucket(terms, now: now)) }
        // What was admitted must conform to the limit with its whole burst: its own GCRA admits every request of it.
        var reference: Int?
        var admitted = 0
        for _ in 0..<30_000 {
            now += Int.random(in: 0...(random.next() % 200 == 0 ? 3_000_000 : 2000), using: &random)
            // Uneven: the first gateway gets half of the requests.
            let index = Bool.random(using: &random) ? 0 : Int.random(in: 0..<count, using: &random)
            if random.next() % 1000 == 0 { gateways[index] = SimulatedGateway(bucket: LeaseBucket(terms, now: now)) }
            if random.next() % 1000 == 0 { gateways[index].pausedUntil = now + 1_000_000 }
            guard now >= gateways[index].pausedUntil else { continue }
            if let coming = gateways[index].coming, coming.at <= now {
                gateways[index].bucket.endRefill(coming.grant, now: now)
                gateways[index].coming = nil
            }
            let answer = gateways[index].bucket.take(1, now: now)
            if answer == .admitted {
                admitted += 1
                let conforms = GenericCellRate.ask(limit, arrivalTime: reference, now: now)
                #expect(conforms.isAdmitted)
                reference = conforms.arrivalTime
            }
            if let wanted = gateways[index].bucket.beginRefill(terms, isNeeded: answer == .mustAsk, now: now) {
                let grant = GenericCellRate.grant(
                    limit, burst: terms.sharedBurst, wanted: wanted, arrivalTime: &arrival, now: now)
                #expect(gateways[index].bucket.tokens + grant.tokens <= terms.holding)
                gateways[index].coming = (now + .random(in: 100...20_000, using: &random), grant)
            }
        }
        #expect(admitted > 0)
    }

    @Test("under steady load on one gateway nearly all of the rate can be used")
    func usable() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 200))
        let terms = LeaseTerms(limit, gateways: 8)
        var bucket = LeaseBucket(terms, now: 0)
        var arrival: Int?
        var coming: (at: Int, grant: LeaseGrant)?
        var admitted = 0
        // Ten seconds at five times the rate; Redis answers after a millisecond.
        for now in stride(from: 0, to: 10_000_000, by: 2000) {
            if let answer = coming, answer.at <= now {
                bucket.endRefill(answer.grant, now: now)
                coming = nil
            }
            let answer = bucket.take(1, now: now)
            if answer == .admitted { admitted += 1 }
            if let wanted = bucket.beginRefill(terms, isNeeded: answer == .mustAsk, now: now) {
                let grant = GenericCellRate.grant(
                    limit, burst: terms.sharedBurst, wanted: wanted, arrivalTime: &arrival, now: now)
                coming = (now + 1000, grant)
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
        #expect(bucket.beginRefill(terms, isNeeded: true, now: 0) == 50)
        #expect(bucket.beginRefill(terms, isNeeded: true, now: 0) == nil)
        bucket.endRefill(LeaseGrant(tokens: 0, remaining: 0, retryAfter: 70_000), now: 10)
        #expect(bucket.take(1, now: 10) == .denied(retryAfter: 70_000))
        #expect(bucket.beginRefill(terms, isNeeded: true, now: 70_009) == nil)
        #expect(bucket.take(1, now: 70_010) == .mustAsk)
    }

    @Test("the supply is filled up before its last token is gone, and once at a time")
    func refill() throws {
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 160))
        let terms = LeaseTerms(limit, gateways: 1, percent: 50)
        var bucket = LeaseBucket(terms, now: 0)
        _ = bucket.beginRefill(terms, isNeeded: true, now: 0)
        bucket.endRefill(LeaseGrant(tokens: 80, remaining: 0, retryAfter: 0), now: 0)
        for _ in 0..<59 {
            #expect(bucket.take(1, now: 0) == .admitted)
            #expect(bucket.beginRefill(terms, isNeeded: false, now: 0) == nil)
        }
        #expect(bucket.take(1, now: 0) == .admitted)
        #expect(bucket.beginRefill(terms, isNeeded: false, now: 0) == 60)
        #expect(bucket.take(1, now: 0) == .admitted)
        bucket.failRefill()
        #expect(bucket.tokens == 19)
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
