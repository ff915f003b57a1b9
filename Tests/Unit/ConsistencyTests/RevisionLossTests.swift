import APIContract
import Consistency
import Postgres
import Testing

@Suite("Changes that a promotion lost")
struct RevisionLossTests {
    struct Example: Sendable {
        let told: (Int, Int)
        let now: (Int, Int)
        let base: Int?
        let isLost: Bool
    }

    static let examples: [Example] = [
        // The same epoch: nothing is lost that is still there.
        Example(told: (1, 10), now: (1, 10), base: nil, isLost: false),
        Example(told: (1, 10), now: (1, 12), base: nil, isLost: false),
        Example(told: (1, 10), now: (1, 8), base: nil, isLost: true),
        // A promotion that kept all, and one that did not.
        Example(told: (1, 10), now: (2, 11), base: 10, isLost: false),
        Example(told: (1, 10), now: (2, 13), base: 12, isLost: false),
        Example(told: (1, 10), now: (2, 9), base: 8, isLost: true),
        // The new epoch has grown past what was lost, or to the very same number.
        Example(told: (1, 10), now: (2, 10), base: 8, isLost: true),
        Example(told: (1, 10), now: (2, 50), base: 8, isLost: true),
        // The epoch in which the change was made is gone with it.
        Example(told: (2, 12), now: (1, 10), base: nil, isLost: true),
        Example(told: (2, 12), now: (3, 30), base: 11, isLost: true),
        // Nobody can lose what has never been.
        Example(told: (0, 0), now: (3, 1), base: 0, isLost: false),
        Example(told: (0, 0), now: (0, 0), base: nil, isLost: false),
        // All that the user ever wrote is gone.
        Example(told: (1, 1), now: (0, 0), base: nil, isLost: true),
        Example(told: (1, 1), now: (2, 1), base: 0, isLost: true),
        // An epoch without its base proves nothing.
        Example(told: (1, 10), now: (2, 50), base: nil, isLost: true),
    ]

    @Test("are told from a server that is merely ahead", arguments: examples)
    func lossIsTold(example: Example) {
        let told = Revision(epoch: example.told.0, number: example.told.1)
        let now = Revision(epoch: example.now.0, number: example.now.1)
        #expect(RevisionLoss.isLost(told: told, now: now, lowestBase: example.base) == example.isLost)
    }

    @Test("the bases are asked for only where an older epoch's token meets a newer epoch's answer")
    func mustAsk() {
        let answered = Revision(epoch: 2, number: 5)
        #expect(RevisionLoss.mustAskBases(told: Revision(epoch: 1, number: 3), answered: answered))
        for told in [nil, .zero, answered, Revision(epoch: 2, number: 3)] {
            #expect(!RevisionLoss.mustAskBases(told: told, answered: answered))
        }
    }

    @Test("consistency=strong is read, another value and a second one are refused")
    func parameter() throws {
        for query in [nil, "", "a=b"] { #expect(try ReadConsistency(query: query) == nil) }
        for query in ["consistency=strong", "a=b&consistency=strong&a=c", "c%6Fnsistency=str%6Fng"] {
            #expect(try ReadConsistency(query: query) == .strong)
        }
        for query in [
            "consistency=", "consistency=weak", "consistency=strong&consistency=strong", "consistency=Strong",
        ] {
            let error = #expect(throws: APIError.self) { try ReadConsistency(query: query) }
            #expect(error?.status == 422)
        }
    }
}
