import Gateway
import Testing

@Suite("The choice of an instance")
struct EndpointChoiceTests {
    private func candidates(
        _ healthy: EndpointSet, doubtful: EndpointSet = [], ejected: EndpointSet = [], failed: EndpointSet = []
    ) -> UpstreamSelector.Candidates {
        var candidates = UpstreamSelector.Candidates()
        candidates.healthy = healthy
        candidates.doubtful = doubtful
        candidates.ejected = ejected
        candidates.failed = failed
        return candidates
    }

    @Test("of two the one that costs less is taken, and the dearest of several never")
    func twoChoices() {
        var selector = UpstreamSelector(seed: 1)
        let costs = [3.0, 1, 2, 9]
        for _ in 0..<100 {
            #expect(selector.select(candidates(.first(2)), cost: { costs[$0] }) == 1)
        }
        let chosen = (0..<1000).compactMap { _ in selector.select(candidates(.first(4)), cost: { costs[$0] }) }
        let counts = (0..<4).map { slot in chosen.count { $0 == slot } }
        #expect(counts.reduce(0, +) == 1000)
        // Of the six pairs the cheapest wins three, the next two, the third one, and the dearest none.
        #expect(counts[3] == 0 && counts[1] > counts[2] && counts[2] > counts[0] && counts[0] > 0)
    }

    @Test("equals get equal shares, wherever their slots are")
    func fairness() {
        var selector = UpstreamSelector(seed: 7)
        let slots = [2, 17, 63]
        let set = slots.reduce(into: EndpointSet()) { $0.insert(EndpointSet($1)) }
        let chosen = (0..<3000).compactMap { _ in selector.select(candidates(set), cost: { _ in 1 }) }
        for slot in slots { #expect((850...1150).contains(chosen.count { $0 == slot })) }
        #expect(chosen.allSatisfy(slots.contains))
    }

    @Test("who is well comes first, who failed this request last")
    func order() {
        let (first, second, third) = (EndpointSet(0), EndpointSet(1), EndpointSet(2))
        let all = EndpointSet.first(3)
        #expect(candidates(first, doubtful: second).preferred == first)
        #expect(candidates(first, doubtful: second, failed: first).preferred == second)
        #expect(candidates(first, failed: first).preferred == first)
        #expect(candidates([], doubtful: third, failed: third).preferred == third)
        #expect(candidates(all, ejected: first).preferred == [second, third])
        #expect(candidates(all, ejected: first, failed: [second, third]).preferred == first)
        #expect(candidates(first, doubtful: second, ejected: first).preferred == first)
        #expect(candidates([]).preferred.isEmpty)
        var selector = UpstreamSelector(seed: 1)
        #expect(selector.select(candidates([]), cost: { _ in 1 }) == nil)
        #expect(selector.select(candidates(third), cost: { _ in 1 }) == 2)
    }

    // MARK: Load

    @Test("a rise of the latency counts at once, a fall little by little, and silence lets it fade")
    func peaks() {
        var latency = PeakLatency()
        #expect(!latency.isKnown)
        var now = 1_000_000
        for _ in 0..<100 {
            now += 10_000
            latency.observe(5_000, now: now)
        }
        #expect((4_900...5_000).contains(latency.estimate(now: now)))
        latency.observe(300_000, now: now)
        #expect(latency.estimate(now: now) == 300_000)
        latency.observe(5_000, now: now + 10_000)
        #expect((250_000...299_999).contains(latency.estimate(now: now + 10_000)))
        let faded = latency.estimate(now: now + 4_000_000)
        #expect(faded < 150_000 && faded > 0)
    }

    @Test("what is not known yet is found out by one request at a time")
    func unknown() {
        var (new, busy) = (EndpointLoad(), EndpointLoad())
        busy.answered(after: 20_000, now: 0)
        for _ in 0..<10 { busy.began() }
        #expect(new.cost(now: 0) < busy.cost(now: 0))
        new.began()
        #expect(new.cost(now: 0) > busy.cost(now: 0))
        new.answered(after: 1_000, now: 0)
        #expect(new.cost(now: 0) < busy.cost(now: 0))
    }

    @Test("a request that waits makes its instance dearer before it is answered")
    func waiting() {
        var load = EndpointLoad()
        load.answered(after: 2_000, now: 0)
        load.began()
        load.stillWaits(since: 1_000, now: 1_000)
        #expect(load.latency.estimate(now: 1_000) <= 2_000)
        load.stillWaits(since: 700_000, now: 700_000)
        #expect(load.latency.estimate(now: 700_000) == 700_000)
    }

    @Test("slow is who takes much longer than another, not who takes long where all do")
    func slow() {
        func load(_ latency: Int) -> EndpointLoad {
            var load = EndpointLoad()
            load.answered(after: latency, now: 0)
            return load
        }
        #expect(load(1_500_000).isSlow(besides: load(5_000), now: 0))
        #expect(!load(900_000).isSlow(besides: load(5_000), now: 0))
        #expect(!load(1_500_000).isSlow(besides: load(500_000), now: 0))
        #expect(!load(5_000).isSlow(besides: load(1_500_000), now: 0))
        #expect(!load(1_500_000).isSlow(besides: EndpointLoad(), now: 0))
    }

    @Test("an instance that becomes slow soon gets few requests, and its share again once it is as fast as the others")
    func simulation() {
        var service = SimulatedInstances(latencies: [5_000, 5_000, 5_000])
        let before = service.run(requests: 3000, every: 1_000)
        #expect(before.allSatisfy { $0 > 600 })
        service.latencies[1] = 400_000
        _ = service.run(requests: 500, every: 1_000)
        let during = service.run(requests: 2000, every: 1_000)
        #expect(during[1] < 100)
        service.latencies[1] = 5_000
        _ = service.run(requests: 20_000, every: 1_000)
        let after = service.run(requests: 3000, every: 1_000)
        #expect(after.allSatisfy { $0 > 600 })
    }
}

/// Instances that take a fixed time for each request, and one event loop that chooses among them.
private struct SimulatedInstances {
    var latencies: [Int]
    private var loads: [EndpointLoad]
    private var underWay: [(slot: Int, began: Int, ends: Int)] = []
    private var selector = UpstreamSelector(seed: 42)
    private var now = 0

    init(latencies: [Int]) {
        self.latencies = latencies
        loads = latencies.map { _ in EndpointLoad() }
    }

    /// - Returns: how many requests each instance got.
    mutating func run(requests: Int, every interval: Int) -> [Int] {
        var counts = latencies.map { _ in 0 }
        var candidates = UpstreamSelector.Candidates()
        candidates.healthy = .first(latencies.count)
        for _ in 0..<requests {
            now += interval
            finish()
            let (loads, now) = (loads, now)
            guard let slot = selector.select(candidates, cost: { loads[$0].cost(now: now) }) else { continue }
            counts[slot] += 1
            self.loads[slot].began()
            underWay.append((slot, now, now + latencies[slot]))
        }
        return counts
    }

    private mutating func finish() {
        for request in underWay where request.ends <= now {
            loads[request.slot].ended()
            loads[request.slot].answered(after: request.ends - request.began, now: now)
        }
        underWay.removeAll { $0.ends <= now }
    }
}
