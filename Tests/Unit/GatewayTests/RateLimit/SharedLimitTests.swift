import Gateway
import Testing

@Suite("One limit over several gateways")
struct SharedLimitTests {
    /// A random life of some gateways: bursts and pauses, uneven load, costs, kills, refusals by other limits.
    private static func life(
        seed: UInt64, outages: Bool, mutation: SimulatedGateways.Mutation = .none
    ) throws -> SimulatedGateways {
        var random = SeededGenerator(seed: seed)
        let limit = try #require(
            RateLimit(
                .random(in: 1...2000, using: &random), per: 1_000_000, burst: .random(in: 60...600, using: &random)))
        let count = Int.random(in: 1...6, using: &random)
        var now = 1_000_000_000
        var cluster = SimulatedGateways(
            limit, gateways: count, percent: .random(in: 10...60, using: &random), mutation: mutation, now: now)
        let costs = [1, 1, 1, 2, 5, 10]
        for _ in 0..<20_000 {
            now += Int.random(in: 0...(random.next() % 200 == 0 ? 3_000_000 : 2000), using: &random)
            if !outages, random.next() % 800 == 0 {
                // Where Redis is away at times, what a gateway has counted by itself would die with it.
                cluster.kill(.random(in: 0..<count, using: &random), now: now)
            }
            if outages, random.next() % 500 == 0 {
                if cluster.isRedisAway { cluster.resumeRedis(now: now) } else { cluster.pauseRedis(now: now) }
            }
            // Uneven: the first gateway gets half of the requests and its part of the rest.
            let index = Bool.random(using: &random) ? 0 : Int.random(in: 0..<count, using: &random)
            cluster.request(
                costs.randomElement(using: &random) ?? 1, at: index, now: now,
                delay: .random(in: 100...20_000, using: &random),
                refusedAfter: random.next() % 10 == 0 ? .random(in: 0...30_000, using: &random) : nil)
        }
        cluster.resumeRedis(now: now)
        return cluster
    }

    /// Whether no window has more than burst + rate · t.
    private static func keepsBound(_ cluster: SimulatedGateways) -> Bool {
        var bound = WindowBound(cluster.limit)
        for admission in cluster.admissions { bound.admit(admission.cost, at: admission.at) }
        return bound.isKept
    }

    /// With Redis away at times and each gateway counting by itself then: twice the burst and once the rate in a window that
    /// ends before Redis is back, and what both admit in any other.
    private static func keepsBoundWithoutRedis(_ cluster: SimulatedGateways) -> Bool {
        var during = WindowBound(cluster.limit, bursts: 2)
        var across = WindowBound(cluster.limit, bursts: 2, rates: 2)
        var outages = cluster.outages[...]
        for admission in cluster.admissions {
            while let first = outages.first, first.upperBound <= admission.at {
                during.beginAnew()
                outages.removeFirst()
            }
            during.admit(admission.cost, at: admission.at)
            across.admit(admission.cost, at: admission.at)
        }
        return during.isKept && across.isKept
    }

    @Test(
        "never more than burst plus rate in any window, however the load is spread and gateways die", arguments: 1...40)
    func bound(seed: UInt64) throws {
        let cluster = try Self.life(seed: seed, outages: false)
        let isKept = Self.keepsBound(cluster)
        #expect(isKept)
        #expect(cluster.gateways.allSatisfy { $0.bucket.tokens <= cluster.terms.holding })
        #expect(cluster.admissions.count > 100)
    }

    @Test("with Redis away at times never more than each of both may admit", arguments: 1...40)
    func boundWithoutRedis(seed: UInt64) throws {
        let cluster = try Self.life(seed: seed, outages: true)
        let isKept = Self.keepsBoundWithoutRedis(cluster)
        #expect(isKept)
        #expect(cluster.outages.count > 3)
    }

    @Test("a limiter that grants what gateways hold once more is found out")
    func mutant() throws {
        let found = try (1...40).filter {
            try !Self.keepsBound(Self.life(seed: $0, outages: false, mutation: .grantsWholeBurst))
        }
        #expect(found.count > 20, "\(found)")
    }

    @Test("gateways that each take the whole limit while Redis is away are found out")
    func localMutant() throws {
        let found = try (1...40).filter {
            try !Self.keepsBoundWithoutRedis(Self.life(seed: $0, outages: true, mutation: .localIsWhole))
        }
        #expect(found.count > 5, "\(found)")
    }

    @Test("under steady load on unevenly used gateways nearly all of the limit can be used", arguments: [2, 4, 8])
    func usable(count: Int) throws {
        let limit = try #require(RateLimit(1000, per: 1_000_000, burst: 2000))
        var random = SeededGenerator(seed: 1)
        var cluster = SimulatedGateways(limit, gateways: count, percent: LeaseTerms.usualPercent, now: 0)
        let seconds = 20
        for now in stride(from: 0, to: seconds * 1_000_000, by: 500) {
            // Twice the rate is asked for; nine of ten requests come to one gateway.
            let index = random.next() % 10 == 0 ? Int.random(in: 0..<count, using: &random) : 0
            cluster.request(1, at: index, now: now, delay: 1000)
        }
        let isKept = Self.keepsBound(cluster)
        #expect(isKept)
        let admitted = cluster.admissions.reduce(0) { $0 + $1.cost }
        #expect(admitted * 100 >= 95 * 1000 * seconds)
        #expect(admitted <= 2000 + 1000 * seconds)
    }

    @Test("a hot limit costs Redis a question for twenty requests at most", arguments: [1, 2, 4])
    func questions(count: Int) throws {
        let limit = try #require(RateLimit(1000, per: 1_000_000, burst: 2000))
        var random = SeededGenerator(seed: 1)
        var cluster = SimulatedGateways(limit, gateways: count, percent: LeaseTerms.usualPercent, now: 0)
        for now in stride(from: 0, to: 20_000_000, by: 1_100) {
            cluster.request(1, at: .random(in: 0..<count, using: &random), now: now, delay: 1000)
        }
        let requests = 20_000_000 / 1_100
        #expect(cluster.admissions.count >= requests - 1)
        #expect(cluster.questions * 20 <= requests, "\(cluster.questions)")
    }

    @Test(
        "a hundred gateways keep the bound; what spares Redis the questions is a burst that gives each of them some tokens",
        arguments: [(burst: 20_000, atMost: 10), (burst: 1000, atMost: 1)])
    func hundredGateways(burst: Int, atMost: Int) throws {
        let limit = try #require(RateLimit(10_000, per: 1_000_000, burst: burst))
        var random = SeededGenerator(seed: 1)
        var cluster = SimulatedGateways(limit, gateways: 100, percent: LeaseTerms.usualPercent, now: 0)
        let requests = 20_000
        for number in 0..<requests {
            cluster.request(1, at: .random(in: 0..<100, using: &random), now: number * 1_100, delay: 1000)
        }
        let isKept = Self.keepsBound(cluster)
        #expect(isKept)
        #expect(cluster.questions * atMost <= requests, "\(cluster.questions)")
        #expect(atMost > 1 || cluster.questions == requests, "too small for leases: each request asks")
    }
}
