import Auth
import TestSupport
import Testing

@Suite("The log of attempts that an instance keeps by itself")
struct AttemptLogTests {
    private static let start = AttemptLog.Instant.now

    @Test(
        "in no window do more pass than the limit says, whatever is taken back",
        arguments: 1...20 as ClosedRange<UInt64>)
    func windows(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var log = AttemptLog(capacity: 1000)
        var passed: [String: [(member: Int, time: Int)]] = [:]
        var now = 0
        for member in 0..<2000 {
            now += Int.random(in: 0...20, using: &random)
            let key = "key \(Int.random(in: 0..<3, using: &random))"
            let instant = Self.start + .milliseconds(now)
            if Int.random(in: 0..<10, using: &random) == 0, let last = passed[key]?.popLast() {
                log.release(key, member: last.member)
                continue
            }
            let answer = log.reserve(key, member: member, limit: 4, window: .milliseconds(100), now: instant)
            let live = (passed[key] ?? []).filter { now - $0.time <= 100 }
            #expect(answer?.isAllowed == (live.count < 4))
            #expect(answer?.remaining == max(0, 3 - live.count))
            if answer?.isAllowed == true { passed[key, default: []].append((member, now)) }
            let isHeld = log.holds(key, now: instant)
            #expect(isHeld)
        }
    }

    @Test("a full log lets nobody through until what it holds has expired, and forgets nothing meanwhile")
    func full() {
        var log = AttemptLog(capacity: 3)
        func reserve(_ key: String, _ seconds: Int) -> AttemptLog.Answer? {
            log.reserve(key, member: seconds, limit: 2, window: .seconds(60), now: Self.start + .seconds(seconds))
        }
        #expect(reserve("a", 0)?.isAllowed == true)
        #expect(reserve("a", 10)?.isAllowed == true)
        #expect(reserve("b", 20)?.isAllowed == true)
        #expect(reserve("c", 30) == nil)
        #expect(reserve("b", 31) == nil)
        let refused = reserve("a", 32)
        #expect(refused?.isAllowed == false && refused?.remaining == 0 && refused?.resetAfter == .seconds(28))
        // The first attempt of "a" is older than a minute.
        #expect(reserve("c", 61)?.isAllowed == true)
        #expect(log.count == 3)
        let isHeld = log.holds("a", now: Self.start + .seconds(200))
        #expect(!isHeld)
    }
}
