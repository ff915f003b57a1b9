import TestSupport
import Testing

@Suite("Histories over simulated servers")
struct SimulatedHistoryTests {
    private static let seeds: [UInt64] = Array(1...20)
    private static let steps = 1500

    private static func promises(_ mutant: SimulatedCluster.Mutant) -> Set<HistoryChecker.Violation.Promise> {
        var found: Set<HistoryChecker.Violation.Promise> = []
        for seed in seeds {
            var history = SimulatedHistory(mutant: mutant, seed: seed)
            found.formUnion(history.run(steps: steps).map(\.promise))
        }
        return found
    }

    @Test("no promise is broken, whatever stops, falls behind or takes over", arguments: seeds)
    func promisesHold(seed: UInt64) {
        var history = SimulatedHistory(mutant: .none, seed: seed)
        let violations = history.run(steps: Self.steps)
        #expect(violations.isEmpty, "seed \(seed): \(violations.prefix(3))")
        // Otherwise this would be a test of nothing.
        #expect(history.promotions > 2 && history.lossesTold > 0)
    }

    @Test("the cache answers in these histories")
    func cacheHits() {
        let hits = Self.seeds.map { seed in
            var history = SimulatedHistory(mutant: .none, seed: seed)
            _ = history.run(steps: Self.steps)
            return history.cacheHits
        }
        #expect(hits.reduce(0, +) > 200, "\(hits)")
    }

    @Test("nobody is told of a loss where no server was lost", arguments: seeds.prefix(5))
    func noFalseAlarm(seed: UInt64) {
        var history = SimulatedHistory(mutant: .none, seed: seed)
        #expect(history.run(steps: Self.steps, promotionsAllowed: false).isEmpty)
        #expect(history.lossesTold == 0)
    }

    @Test("a router that ignores the token is caught")
    func tokenIgnored() {
        let promises = Self.promises(.tokenIgnored)
        #expect(promises.isSuperset(of: [.readYourWrites, .monotonicReads]))
    }

    @Test("a revision that is of another snapshot than its rows is caught")
    func revisionOfAnotherSnapshot() {
        #expect(Self.promises(.revisionOfAnotherSnapshot).isSuperset(of: [.readYourWrites, .monotonicReads]))
    }

    @Test("a loss that the new epoch's growth hides is caught")
    func basesIgnored() {
        #expect(!Self.promises(.basesIgnored).isDisjoint(with: [.readYourWrites, .monotonicReads]))
    }

    @Test("a replica that stays in rotation past the bound is caught")
    func stalenessIgnored() {
        #expect(Self.promises(.stalenessIgnored) == [.boundedStaleness])
    }

    @Test("a cache that ignores the token's revision is caught")
    func cacheIgnoresToken() {
        #expect(Self.promises(.cacheIgnoresToken).isSuperset(of: [.readYourWrites, .monotonicReads]))
    }

    @Test("a cache that keeps its answers is caught")
    func cacheKeeps() {
        #expect(Self.promises(.cacheKeeps) == [.boundedStaleness])
    }
}
