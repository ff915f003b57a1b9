import Gateway
import Testing

@Suite("Circuit breakers")
struct CircuitBreakerTests {
    private static let second = 1_000_000

    private func breaker(failures: Int = 3) -> CircuitBreaker {
        var policy = CircuitBreaker.Policy(failures: failures)
        policy.longestPause = .seconds(8)
        return CircuitBreaker(policy: policy)
    }

    /// One that opened at the time 0.
    private func opened() -> CircuitBreaker {
        var breaker = breaker()
        for _ in 0..<3 { breaker.failed(isTrial: false, now: 0) }
        #expect(breaker.state == .open)
        return breaker
    }

    @Test("failures in a row open it, a success between them does not let it")
    func opening() {
        var breaker = breaker()
        #expect(breaker.failed(isTrial: false, now: 0) == false)
        #expect(breaker.failed(isTrial: false, now: 0) == false)
        #expect(breaker.isTroubled)
        breaker.succeeded(isTrial: false, now: 0)
        #expect(!breaker.isTroubled)
        #expect(breaker.failed(isTrial: false, now: 0) == false)
        #expect(breaker.failed(isTrial: false, now: 0) == false)
        #expect(breaker.lets(now: 0) == .free)
        #expect(breaker.failed(isTrial: false, now: 0) == true)
        #expect(breaker.lets(now: 0) == nil)
    }

    @Test("when its time is over a few try it, and the first answer closes it")
    func closing() {
        var breaker = opened()
        #expect(breaker.lets(now: Self.second - 1) == nil)
        #expect([breaker.lets(now: Self.second), breaker.lets(now: Self.second)] == [.trial, .trial])
        #expect(breaker.lets(now: Self.second) == nil)
        #expect(breaker.state == .halfOpen)
        #expect(breaker.succeeded(isTrial: false, now: Self.second) == false)  // was under way before
        #expect(breaker.succeeded(isTrial: true, now: Self.second) == true)
        #expect(breaker.lets(now: Self.second) == .free)
    }

    @Test("a trial that fails opens it again, for twice as long each time, up to the longest")
    func growing() {
        var breaker = opened()
        var now = 0
        for pause in [1, 2, 4, 8, 8] {
            #expect(breaker.lets(now: now + pause * Self.second - 1) == nil)
            now += pause * Self.second
            #expect(breaker.lets(now: now) == .trial)
            #expect(breaker.failed(isTrial: false, now: now) == false)  // was under way before
            #expect(breaker.failed(isTrial: true, now: now) == true)
        }
        #expect(breaker.openings == 6)
    }

    @Test("after a long quiet time the pause is short again, after a short one it is not")
    func forgetting() {
        func pauseAfter(quiet: Int) -> Int {
            var breaker = opened()
            _ = breaker.lets(now: Self.second)
            breaker.succeeded(isTrial: true, now: Self.second)
            let now = Self.second + quiet * Self.second
            for _ in 0..<3 { breaker.failed(isTrial: false, now: now) }
            return (1...8).first { breaker.lets(now: now + $0 * Self.second) != nil } ?? 0
        }
        #expect(pauseAfter(quiet: 7) == 2)
        #expect(pauseAfter(quiet: 8) == 1)
    }

    @Test("trials that never tell how they went are made up for by others")
    func lostTrials() {
        var breaker = opened()
        for _ in 0..<2 { #expect(breaker.lets(now: Self.second) == .trial) }
        #expect(breaker.lets(now: 2 * Self.second - 1) == nil)
        #expect(breaker.lets(now: 2 * Self.second) == .trial)
    }

    @Test("a request that could not be repeated tries it only when no other has come for long")
    func cautious() {
        var breaker = opened()
        #expect(breaker.lets(now: Self.second, isRepeatable: false) == nil)
        #expect(breaker.state == .open)
        #expect(breaker.lets(now: 2 * Self.second, isRepeatable: false) == .trial)
        #expect(breaker.lets(now: 2 * Self.second, isRepeatable: false) == nil)
        #expect(breaker.lets(now: 2 * Self.second) == .trial)
    }

    @Test("one that may not open stays closed, and opens with the next failure once it may")
    func floor() {
        var breaker = breaker()
        for _ in 0..<9 { #expect(breaker.failed(isTrial: false, now: 0, mayOpen: false) == false) }
        #expect(breaker.lets(now: 0) == .free)
        #expect(breaker.failed(isTrial: false, now: 0) == true)
    }

    @Test("whatever happens, it is never shut for good", arguments: 1...20 as ClosedRange<UInt64>)
    func liveness(seed: UInt64) {
        var random = SimulationGenerator(seed: seed)
        var breaker = breaker()
        var now = 0
        for _ in 0..<1000 {
            now += Int.random(in: 0..<Self.second, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: breaker.failed(isTrial: .random(using: &random), now: now)
            case 1: breaker.succeeded(isTrial: .random(using: &random), now: now)
            case 2: _ = breaker.lets(now: now, isRepeatable: .random(using: &random))
            default: breaker.trip(now: now)
            }
            var later = breaker
            #expect(later.lets(now: now + 8 * Self.second) != nil)
        }
    }
}

/// Random numbers that a seed repeats: a linear congruential generator (Knuth, MMIX).
struct SimulationGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 32)
    }
}
