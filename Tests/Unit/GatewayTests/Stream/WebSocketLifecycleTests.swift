import Gateway
import Testing

@Suite("A WebSocket's life")
struct WebSocketLifecycleTests {
    private func make() -> WebSocketLifecycle {
        var limits = WebSocketLimits()
        limits.pingInterval = .seconds(1)
        limits.pongTimeout = .seconds(1)
        limits.outputTimeout = .seconds(2)
        limits.closeTimeout = .seconds(1)
        return WebSocketLifecycle(times: .init(limits), now: 100)
    }

    /// What the ticks come to, from one to another.
    private func actions(_ lifecycle: inout WebSocketLifecycle, _ ticks: Range<UInt32>) -> [WebSocketLifecycle
        .TickAction]
    {
        ticks.map { lifecycle.tick($0) }.filter { $0 != .none }
    }

    @Test("a silent client is pinged once, and given up when it stays silent")
    func pings() {
        var silent = make()
        #expect(actions(&silent, 100..<111).isEmpty)
        #expect(actions(&silent, 111..<122) == [.ping])
        #expect(silent.tick(122) == .abort)
        var talking = make()
        #expect(actions(&talking, 100..<112) == [.ping])
        talking.seen(now: 112)
        #expect(actions(&talking, 112..<123).isEmpty)
        #expect(talking.tick(123) == .ping)
    }

    @Test("a client that takes nothing for long is too slow, one that takes something in time is not")
    func slow() {
        var slow = make()
        slow.writability(false, now: 100)
        for now in 100..<121 as Range<UInt32> {
            slow.seen(now: now)
            slow.writability(false, now: now)
            #expect(slow.tick(now) == .none)
        }
        #expect(slow.tick(121) == .tooSlow)
        var steady = make()
        for now in 100..<200 as Range<UInt32> {
            steady.seen(now: now)
            steady.writability(now % 10 == 0, now: now)
            #expect(steady.tick(now) == .none)
        }
    }

    @Test("after our goodbye only the client's is taken, and it is not waited for without an end")
    func closing() {
        var life = make()
        #expect(life.received(isClose: false) == .take)
        let said = [life.close(now: 100), life.close(now: 105)]
        #expect(said == [true, false], "once")
        #expect(!life.isOpen && life.received(isClose: false) == .ignore && life.received(isClose: true) == .take)
        #expect(actions(&life, 100..<111).isEmpty && life.tick(111) == .abort)
    }

    @Test("when both have said goodbye nothing is taken any more")
    func ending() {
        var theirs = make()
        let answers = theirs.end(now: 100)
        #expect(answers, "our goodbye answers theirs")
        #expect(theirs.received(isClose: true) == .ignore && theirs.isEnding)
        #expect(theirs.tick(110) == .none && theirs.tick(111) == .abort)
        var ours = make()
        let said = [ours.close(now: 100), ours.end(now: 105)]
        #expect(said == [true, false], "ours is said once")
        #expect(ours.tick(115) == .none && ours.tick(116) == .abort)
    }
}
