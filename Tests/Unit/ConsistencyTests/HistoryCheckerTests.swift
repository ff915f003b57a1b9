import TestSupport
import Testing

@Suite("The history checker")
struct HistoryCheckerTests {
    private static let clients = [
        HistoryClient(id: 1, user: 1, keepsToken: true), HistoryClient(id: 2, user: 1, keepsToken: true),
        HistoryClient(id: 3, user: 1, keepsToken: false), HistoryClient(id: 4, user: 2, keepsToken: false),
    ]

    /// Each event begins at its second and takes no time.
    private static func promises(
        _ events: [(Int, HistoryEvent.Outcome, second: Int)], final: Set<String>, promotions: Int = 0,
        primaryAway: [Range<Duration>] = []
    ) -> [HistoryChecker.Violation.Promise] {
        var checker = HistoryChecker(clients: clients, stalenessBound: .seconds(2))
        for (client, outcome, second) in events {
            checker.record(
                HistoryEvent(client: client, outcome: outcome, began: .seconds(second), ended: .seconds(second)))
        }
        return checker.violations(final: [1: final], promotions: promotions, primaryAway: primaryAway).map(\.promise)
    }

    @Test("is content where all is shown")
    func good() {
        #expect(
            Self.promises(
                [(1, .wrote("a"), 0), (1, .saw(["a"]), 0), (2, .saw([]), 0), (3, .saw([]), 1), (3, .saw(["a"]), 2)],
                final: ["a"]
            ).isEmpty)
    }

    @Test("misses a client's own write, and what it had read")
    func sessionPromises() {
        #expect(Self.promises([(1, .wrote("a"), 0), (1, .saw([]), 9)], final: ["a"]) == [.readYourWrites])
        #expect(Self.promises([(2, .saw(["a"]), 0), (2, .saw([]), 9)], final: ["a"]) == [.monotonicReads])
        #expect(Self.promises([(1, .wrote("a"), 0), (2, .saw([]), 9)], final: ["a"]).isEmpty)
    }

    @Test("misses what is older than the bound, for clients without a token and of the same user")
    func staleness() {
        #expect(Self.promises([(1, .wrote("a"), 0), (3, .saw([]), 1)], final: ["a"]).isEmpty)
        #expect(Self.promises([(1, .wrote("a"), 0), (3, .saw([]), 2)], final: ["a"]) == [.boundedStaleness])
        #expect(Self.promises([(1, .wrote("a"), 0), (4, .saw([]), 9)], final: ["a"]).isEmpty)
        #expect(Self.promises([(3, .saw(["a"]), 0), (3, .saw([]), 1)], final: ["a"]).isEmpty)
    }

    @Test("does not count the time without a primary against the bound")
    func primaryAway() {
        let history: [(Int, HistoryEvent.Outcome, second: Int)] = [(1, .wrote("a"), 1), (3, .saw([]), 9)]
        func promises(_ away: [Range<Duration>]) -> [HistoryChecker.Violation.Promise] {
            Self.promises(history, final: ["a"], primaryAway: away)
        }
        #expect(promises([.seconds(2)..<(.seconds(9))]).isEmpty)
        #expect(promises([.seconds(0)..<(.seconds(4)), .seconds(5)..<(.seconds(20))]).isEmpty)
        #expect(promises([.seconds(2)..<(.seconds(8))]) == [.boundedStaleness])
        #expect(promises([.seconds(9)..<(.seconds(20))]) == [.boundedStaleness])
    }

    @Test("wants a loss to be told before anything older is shown")
    func loss() {
        let told: [(Int, HistoryEvent.Outcome, second: Int)] = [
            (1, .wrote("a"), 0), (1, .saw(["a"]), 1), (1, .toldOfLoss, 2), (1, .saw([]), 3), (1, .saw(["b"]), 4),
        ]
        #expect(Self.promises(told, final: ["b"], promotions: 1).isEmpty)
        #expect(Self.promises(told, final: ["b"]) == [.durability])
        let hidden = told.filter { $0.1 != .toldOfLoss }
        #expect(Self.promises(hidden, final: ["b"], promotions: 1).contains(.readYourWrites))
        #expect(Self.promises(told, final: ["a", "b"], promotions: 1).contains(.noFalseAlarm))
    }
}
