import Consistency
import Postgres
import Testing

@Suite("The cache of revisions")
struct RevisionCacheTests {
    private typealias Cache = RevisionCache<String, Int>

    private static let start = ContinuousClock.now
    private static let key = Cache.Key(userID: 7, target: "/list")

    private var cache = Cache(
        capacity: 8_000, age: .milliseconds(1000), staleness: .milliseconds(1500), now: start)

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private static func revision(_ number: Int, epoch: Int = 1) -> Revision { Revision(epoch: epoch, number: number) }

    private static func entry(_ text: String, _ number: Int, bytes: Int = 100) -> Cache.Entry {
        Cache.Entry(text, revision: revision(number), bytes: bytes)
    }

    /// What came of it, as a word.
    private mutating func ask(
        _ key: Cache.Key = key, told: Revision? = nil, waiter: Int? = nil, at milliseconds: Int
    ) -> String {
        switch cache.ask(key, told: told, waiter: waiter, now: Self.at(milliseconds)) {
        case .hit(let entry): entry.answer
        case .joined: "joined"
        case .read: "read"
        case .pass: "pass"
        }
    }

    private mutating func store(_ text: String, _ number: Int, _ key: Cache.Key = key, bytes: Int = 100, at time: Int) {
        #expect(ask(key, told: Self.revision(.max), at: time) == "read")
        _ = cache.finish(key, with: Self.entry(text, number, bytes: bytes), now: Self.at(time))
    }

    @Test("an answer is given until it is too old, counted from when it was asked for")
    mutating func age() {
        #expect(ask(at: 0) == "read")
        _ = cache.finish(Self.key, with: Self.entry("a", 3), now: Self.at(900))
        #expect(ask(at: 999) == "a")
        #expect(ask(at: 1000) == "read")
    }

    @Test("nobody who has seen a later revision gets it")
    mutating func laterRevision() {
        store("a", 3, at: 0)
        #expect(ask(told: Self.revision(3), at: 1) == "a")
        #expect(ask(told: Self.revision(4), at: 1) == "read")
    }

    @Test("nobody gets it whose changes a promotion may have lost")
    mutating func laterEpoch() {
        store("a", 9, at: 0)
        #expect(ask(told: Self.revision(2, epoch: 2), at: 1) == "read")
        _ = cache.finish(
            Self.key, with: Cache.Entry("b", revision: Self.revision(2, epoch: 2), bytes: 1), now: Self.at(2))
        #expect(ask(told: Self.revision(1, epoch: 1), at: 3) == "read")
    }

    @Test("one reads, and those who ask meanwhile wait for it")
    mutating func singleFlight() {
        #expect(ask(at: 0) == "read")
        #expect(ask(waiter: 1, at: 1) == "joined")
        #expect(ask(waiter: 2, at: 2) == "joined")
        #expect(ask(Cache.Key(userID: 8, target: "/list"), waiter: 3, at: 2) == "read")
        #expect(cache.finish(Self.key, with: Self.entry("a", 1), now: Self.at(3)) == [1, 2])
        #expect(ask(waiter: 4, at: 4) == "a")
    }

    @Test("who waits for a read that brings nothing is told as well, and the next one reads")
    mutating func failedFlight() {
        #expect(ask(at: 0) == "read")
        #expect(ask(waiter: 1, at: 1) == "joined")
        #expect(cache.finish(Self.key, with: nil, now: Self.at(2)) == [1])
        #expect(ask(at: 3) == "read")
    }

    @Test("nobody waits for a read that is as old as an answer may be")
    mutating func oldFlight() {
        #expect(ask(at: 0) == "read")
        #expect(ask(waiter: 1, at: 1000) == "pass")
        #expect(cache.finish(Self.key, with: Self.entry("a", 1), now: Self.at(1001)).isEmpty)
        #expect(ask(at: 1002) == "read")
    }

    @Test("after a change the user's reads pass by until every server has it, and nobody else's do")
    mutating func invalidation() {
        let other = Cache.Key(userID: 8, target: "/list")
        store("a", 1, at: 0)
        store("b", 1, other, at: 0)
        cache.invalidate(userID: 7, now: Self.at(10))
        #expect(ask(at: 11) == "pass")
        #expect(ask(other, at: 11) == "b")
        #expect(ask(at: 1509) == "pass")
        #expect(ask(at: 1510) == "read")
    }

    @Test("what was being read when a change was heard of is not kept, and nobody joins it")
    mutating func invalidationInFlight() {
        #expect(ask(at: 0) == "read")
        cache.invalidate(userID: 7, now: Self.at(5))
        #expect(ask(waiter: 1, at: 6) == "pass")
        _ = cache.finish(Self.key, with: Self.entry("a", 1), now: Self.at(7))
        #expect(ask(at: 8) == "pass")
        #expect(cache.bytes == 0)
    }

    @Test("the memory stays within its bound, and is given back")
    mutating func memory() {
        for number in 0..<100 {
            store("a", 1, Cache.Key(userID: number, target: "/"), bytes: 900, at: 1)
            #expect(cache.bytes <= 8_000)
        }
        #expect(cache.bytes > 4_000)
        store("too large", 1, Cache.Key(userID: 200, target: "/"), bytes: 1_001, at: 2)
        #expect(ask(Cache.Key(userID: 200, target: "/"), at: 2) == "read")
        cache.expire(Self.at(5_000))
        #expect(cache.bytes == 0)
    }

    @Test("an answer that replaces another counts once")
    mutating func replacement() {
        store("a", 1, bytes: 500, at: 0)
        #expect(ask(told: Self.revision(2), at: 1) == "read")
        _ = cache.finish(Self.key, with: Self.entry("b", 2, bytes: 300), now: Self.at(1))
        #expect(cache.bytes == 300)
        #expect(ask(told: Self.revision(2), at: 2) == "b")
    }
}
