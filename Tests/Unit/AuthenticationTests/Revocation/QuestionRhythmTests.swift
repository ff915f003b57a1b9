import Authentication
import Testing

@Suite("When a process asks for revocations")
struct QuestionRhythmTests {
    private static let start = ContinuousClock.now
    private let timing = RevocationTiming()

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { Self.start + .milliseconds(milliseconds) }

    /// One that has had nobody for so long that it asks seldom, at the time it has got to.
    private func idle() -> QuestionRhythm {
        var rhythm = QuestionRhythm(timing: timing, now: Self.start)
        rhythm.asks()
        #expect(rhythm.ends(now: at(10_000)) == timing.idleInterval)
        return rhythm
    }

    @Test("it asks often for as long as somebody comes, and for a time after that")
    func awake() {
        var rhythm = QuestionRhythm(timing: timing, now: Self.start)
        for time in stride(from: 0, to: 10_000, by: 50) {
            rhythm.asks()
            #expect(rhythm.ends(now: at(time)) == timing.redisInterval)
            if time % 1000 == 0 { #expect(rhythm.comes(now: at(time)) == .served) }
        }
        #expect(rhythm.ends(now: at(11_001)) == timing.idleInterval)
        #expect(rhythm.patience == timing.idlePatience)
    }

    @Test(
        "whoever comes first after that waits for a question that is sent afterwards, as do those who follow"
    )
    func waking() {
        var rhythm = idle()
        rhythm.asks()
        #expect(!rhythm.serves)
        #expect(rhythm.comes(now: at(10_100)) == .waits(asksNow: true))
        #expect(rhythm.comes(now: at(10_101)) == .waits(asksNow: false))
        #expect(rhythm.patience == timing.patience)
        // The question under way was sent before they came.
        #expect(rhythm.ends(now: at(10_102)) == .zero)
        #expect(!rhythm.serves)
        rhythm.asks()
        #expect(rhythm.comes(now: at(10_103)) == .waits(asksNow: false))
        #expect(rhythm.ends(now: at(10_104)) == timing.redisInterval)
        #expect(rhythm.serves)
        #expect(rhythm.comes(now: at(10_105)) == .served)
    }

    /// What a logout relies on: it is answered ``RevocationTiming/spreading`` after Redis was told.
    @Test(
        "whoever is served was preceded by a question sent no longer ago than a logout waits, however people come",
        arguments: 1...50 as ClosedRange<UInt64>)
    func promise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rhythm = QuestionRhythm(timing: timing, now: Self.start)
        // In tenths of a millisecond. A question takes up to 20 ms.
        var (askedAt, endsAt, nextAt): (Int?, Int, Int) = (nil, 0, 0)
        var lastEnded = 0
        var served = 0
        var comesAt = 0
        for now in 0..<200_000 {
            let instant = Self.start + .microseconds(now * 100)
            if let asked = askedAt, now >= endsAt {
                let pause = Int(rhythm.ends(now: instant) / .microseconds(100))
                (lastEnded, askedAt, nextAt) = (asked, nil, max(now, asked + pause))
            }
            if now == comesAt {
                comesAt += random.next() % 20 == 0 ? Int(random.next() % 60_000) + 1 : Int(random.next() % 500) + 1
                switch rhythm.comes(now: instant) {
                case .served:
                    served += 1
                    #expect(
                        now - lastEnded <= 750, "the last question that has ended was sent at \(lastEnded), now \(now)")
                case .waits(let asksNow): if asksNow, askedAt == nil { nextAt = now }
                }
            }
            if askedAt == nil, now >= nextAt {
                rhythm.asks()
                (askedAt, endsAt) = (now, now + 1 + Int(random.next() % 200))
            }
        }
        #expect(served > 20)
    }
}
