import Postgres
import Testing

@Suite("Which connection gets what")
struct DispatcherTests {
    private static func slots(_ busy: [Int], leased: Set<Int> = [], down: Set<Int> = []) -> [Dispatcher.Slot] {
        busy.enumerated().map { index, syncs in
            Dispatcher.Slot(isReady: !down.contains(index), isLeased: leased.contains(index), syncsInFlight: syncs)
        }
    }

    @Test("a burst is spread evenly over idle connections")
    func spreadsEvenly() {
        let plan = Dispatcher.plan(slots: Self.slots([0, 0, 0]), waitingQueries: 7, waitingLeases: 0)
        #expect(plan.batches.map(\.count) == [3, 2, 2])
        #expect(Set(plan.batches.map(\.slot)) == [0, 1, 2])
    }

    @Test("busy connections are spared while an idle one is there")
    func prefersIdle() {
        let plan = Dispatcher.plan(slots: Self.slots([1, 0, 1]), waitingQueries: 2, waitingLeases: 0)
        #expect(plan.batches == [.init(slot: 1, count: 2)])
    }

    @Test("nothing goes to connections that are down, leased or full")
    func avoidsUnusable() {
        let full = Dispatcher.maximumSyncsInFlight
        let slots = Self.slots([0, 0, full], leased: [1], down: [0])
        #expect(Dispatcher.plan(slots: slots, waitingQueries: 5, waitingLeases: 0) == .init())
    }

    @Test("a transaction gets an idle connection for itself")
    func leasesIdle() {
        let plan = Dispatcher.plan(slots: Self.slots([1, 0]), waitingQueries: 1, waitingLeases: 1)
        #expect(plan.leases == [1])
        #expect(plan.batches == [.init(slot: 0, count: 1)])
    }

    @Test("one connection is never leased, so that transactions cannot starve the rest")
    func keepsOneFree() {
        let plan = Dispatcher.plan(slots: Self.slots([0, 0, 0], leased: [0]), waitingQueries: 4, waitingLeases: 5)
        #expect(plan.leases == [1])
        #expect(plan.batches == [.init(slot: 2, count: 4)])
    }

    @Test("while all are busy, one connection is left to become idle for a waiting transaction")
    func reserves() {
        let plan = Dispatcher.plan(slots: Self.slots([1, 1]), waitingQueries: 9, waitingLeases: 1)
        #expect(plan.leases.isEmpty)
        #expect(plan.batches.map(\.slot) == [1])
    }

    @Test("a plan never hands out more than waits", arguments: 0..<200)
    func bounded(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let slots = Self.slots(
            (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0...3, using: &random) })
        let queries = Int.random(in: 0...300, using: &random)
        let leases = Int.random(in: 0...4, using: &random)
        let plan = Dispatcher.plan(slots: slots, waitingQueries: queries, waitingLeases: leases)
        #expect(plan.batches.map(\.count).reduce(0, +) <= queries)
        #expect(plan.batches.allSatisfy { (1...Dispatcher.maximumBatch).contains($0.count) })
        #expect(plan.leases.count <= leases)
        #expect(Set(plan.leases).isDisjoint(with: plan.batches.map(\.slot)))
    }
}

/// SplitMix64, so that a failing seed can be run again.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
