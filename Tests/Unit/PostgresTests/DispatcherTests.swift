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

    @Test("writes leave one connection to the reads")
    func writesKeepOneFree() {
        let idle = Dispatcher.plan(slots: Self.slots([0, 0, 0]), waitingQueries: 3, waitingWrites: 9, waitingLeases: 0)
        #expect(idle.batches.map(\.slot) == [0, 1, 2])
        #expect(idle.writeBatches == [.init(slot: 0, count: 5), .init(slot: 1, count: 4)])
        var slots = Self.slots([1, 1, 0])
        for slot in 0...1 { slots[slot].writesInFlight = 1 }
        let busy = Dispatcher.plan(slots: slots, waitingQueries: 2, waitingWrites: 1, waitingLeases: 0)
        #expect(busy.batches == [.init(slot: 2, count: 2)])
        #expect(busy.writeBatches == [.init(slot: 0, count: 1)])
        for slot in 0...1 { slots[slot].isStalled = true }
        let stalled = Dispatcher.plan(slots: slots, waitingQueries: 2, waitingWrites: 1, waitingLeases: 1)
        #expect(stalled == .init(batches: [.init(slot: 2, count: 2)]))
    }

    @Test("transactions and writes together leave one connection free")
    func leasesAndWrites() {
        let plan = Dispatcher.plan(
            slots: Self.slots([0, 0, 0], leased: [0]), waitingQueries: 1, waitingWrites: 4, waitingLeases: 1)
        #expect(plan == .init(leases: [1], batches: [.init(slot: 2, count: 1)]))
        var slots = Self.slots([1, 1, 0])
        for slot in 0...1 { slots[slot].writesInFlight = 1 }
        let waiting = Dispatcher.plan(slots: slots, waitingQueries: 1, waitingWrites: 4, waitingLeases: 1)
        #expect(waiting == .init(batches: [.init(slot: 2, count: 1)], writeBatches: [.init(slot: 1, count: 4)]))
    }

    @Test("a connection alone takes reads and writes in turn")
    func alone() {
        var slots = Self.slots([1])
        slots[0].writesInFlight = 1
        let plan = Dispatcher.plan(slots: slots, waitingQueries: 1, waitingWrites: 20, waitingLeases: 0)
        let most = Dispatcher.maximumWriteBatch
        #expect(plan == .init(batches: [.init(slot: 0, count: 1)], writeBatches: [.init(slot: 0, count: most)]))
        #expect(Dispatcher.plan(slots: slots, waitingQueries: 0, waitingWrites: 0, waitingLeases: 1) == .init())
    }

    @Test("what stalls gets nothing more")
    func stalled() {
        var slots = Self.slots([1, 1])
        slots[0].isStalled = true
        #expect(
            Dispatcher.plan(slots: slots, waitingQueries: 4, waitingLeases: 0).batches == [.init(slot: 1, count: 4)])
        slots[1].isStalled = true
        #expect(Dispatcher.plan(slots: slots, waitingQueries: 4, waitingWrites: 4, waitingLeases: 0) == .init())
    }

    @Test("a plan never hands out more than waits", arguments: 0..<200)
    func bounded(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let slots = Self.slots(
            (0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0...3, using: &random) })
        let queries = Int.random(in: 0...300, using: &random)
        let leases = Int.random(in: 0...4, using: &random)
        let writes = Int.random(in: 0...300, using: &random)
        let plan = Dispatcher.plan(
            slots: slots, waitingQueries: queries, waitingWrites: writes, waitingLeases: leases)
        #expect(plan.writeBatches.map(\.count).reduce(0, +) <= writes)
        #expect(plan.writeBatches.allSatisfy { (1...Dispatcher.maximumWriteBatch).contains($0.count) })
        #expect(Set(plan.leases).isDisjoint(with: plan.writeBatches.map(\.slot)))
        let occupied = Set(plan.leases).union(plan.writeBatches.map(\.slot))
        #expect(occupied.count <= (slots.count < 3 ? slots.count : slots.count - 1))
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
