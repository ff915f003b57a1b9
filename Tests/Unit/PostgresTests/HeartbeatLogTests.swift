import Postgres
import Testing

@Suite("When a beat was raised")
struct HeartbeatLogTests {
    private let start = ContinuousClock.now

    private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test("a beat stands for itself and for all until the next")
    func lookUp() {
        var log = HeartbeatLog()
        log.raised(5, noEarlierThan: after(0))
        log.raised(8, noEarlierThan: after(200))
        #expect(log.instant(of: 4) == nil)
        #expect(log.instant(of: 5) == after(0))
        #expect(log.instant(of: 7) == after(0))
        #expect(log.instant(of: 8) == after(200))
        #expect(log.instant(of: 99) == after(200))
    }

    @Test("of several estimates the latest counts, as each is a lower bound")
    func estimates() {
        var log = HeartbeatLog()
        log.raised(5, noEarlierThan: after(0))
        log.raised(5, noEarlierThan: after(30))
        log.raised(5, noEarlierThan: after(20))
        #expect(log.instant(of: 5) == after(30))
    }

    @Test("a primary that has lost beats takes those back that it will raise anew")
    func countsBack() {
        var log = HeartbeatLog()
        for beat in 1...5 { log.raised(beat, noEarlierThan: after(beat * 200)) }
        log.raised(3, noEarlierThan: after(2000))
        #expect(log.instant(of: 2) == after(400))
        #expect(log.instant(of: 5) == after(2000))
    }

    @Test("old beats are forgotten")
    func capacity() {
        var log = HeartbeatLog()
        for beat in 1...1000 { log.raised(beat, noEarlierThan: after(beat)) }
        #expect(log.instant(of: 1) == nil)
        #expect(log.instant(of: 950) == after(950))
    }
}
