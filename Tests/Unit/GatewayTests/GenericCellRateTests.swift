import Gateway
import Testing

@Suite("Generic cell rate algorithm")
struct GenericCellRateTests {
    /// Deterministic, so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }

    @Test("never more than burst plus rate in any window", arguments: 1...20)
    func bound(seed: UInt64) throws {
        var random = Generator(state: seed)
        let rate = Int.random(in: 1...1000, using: &random)
        let burst = Int.random(in: 1...500, using: &random)
        let limit = try #require(RateLimit(rate, per: 1_000_000, burst: burst))
        var (now, arrival, admitted) = (1_000_000_000, Int?.none, [Int]())
        for _ in 0..<20_000 {
            now += Int.random(in: 0...(random.next() % 100 == 0 ? 2_000_000 : 3000), using: &random)
            let answer = GenericCellRate.ask(limit, arrivalTime: arrival, now: now)
            #expect(answer.remaining >= 0 && answer.remaining <= burst)
            guard answer.isAdmitted else {
                #expect(answer.retryAfter > 0)
                continue
            }
            arrival = answer.arrivalTime
            admitted.append(now)
        }
        for first in stride(from: 0, to: admitted.count, by: 7) {
            for last in [first + burst, first + 2 * burst, first + 777] where last < admitted.count {
                let window = admitted[last] - admitted[first]
                #expect(last - first + 1 <= burst + window / limit.emissionInterval + 1)
            }
        }
    }

    @Test("a whole burst at once, then one an interval")
    func steady() throws {
        let limit = try #require(RateLimit(10, per: 1_000_000, burst: 3))
        var (arrival, admitted) = (Int?.none, [Int]())
        for now in stride(from: 0, through: 1_000_000, by: 10_000) {
            let answer = GenericCellRate.ask(limit, arrivalTime: arrival, now: now)
            guard answer.isAdmitted else { continue }
            arrival = answer.arrivalTime
            admitted.append(now)
        }
        #expect(admitted == [0, 10_000, 20_000] + stride(from: 100_000, through: 1_000_000, by: 100_000))
    }

    @Test("the answer to a refusal is exact: a microsecond before it is refused, then admitted")
    func retryAfter() throws {
        let limit = try #require(RateLimit(7, per: 1_000_000, burst: 2))
        var arrival: Int?
        for _ in 0..<2 { arrival = GenericCellRate.ask(limit, arrivalTime: arrival, now: 500).arrivalTime }
        let refused = GenericCellRate.ask(limit, arrivalTime: arrival, now: 500)
        #expect(!refused.isAdmitted && refused.remaining == 0)
        let early = 500 + refused.retryAfter - 1
        #expect(!GenericCellRate.ask(limit, arrivalTime: arrival, now: early).isAdmitted)
        #expect(GenericCellRate.ask(limit, arrivalTime: arrival, now: early + 1).isAdmitted)
    }

    @Test("a clock that was set back locks nobody out for longer than a window")
    func clock() throws {
        let limit = try #require(RateLimit(10, per: 1_000_000, burst: 10))
        let answer = GenericCellRate.ask(limit, arrivalTime: 10_000_000_000, now: 0)
        #expect(!answer.isAdmitted)
        #expect(answer.resetAfter <= 1_000_000)
    }

    @Test("a request that costs more than the burst is never admitted, one that costs nothing always")
    func cost() throws {
        let limit = try #require(RateLimit(10, per: 1_000_000, burst: 10))
        #expect(!GenericCellRate.ask(limit, arrivalTime: nil, now: 0, cost: 11).isAdmitted)
        #expect(GenericCellRate.ask(limit, arrivalTime: nil, now: 0, cost: 10).remaining == 0)
        #expect(GenericCellRate.ask(limit, arrivalTime: 1_000_000, now: 0, cost: 0).isAdmitted)
    }
}
