import Events
import Gateway
import NIOCore
import Testing

@Suite("Events that are missed, and those that come")
struct EventWindowTests {
    private func id(_ number: UInt64) -> EventID { EventID(milliseconds: number, sequence: 0) }

    private func event(_ number: UInt64, user: Int = 1, size: Int = 2) -> StreamEvent {
        StreamEvent(
            id: id(number),
            event: UserEvent(
                userID: user, kind: .strategyChanged, data: [UInt8](repeating: UInt8(ascii: "1"), count: size)))
    }

    @Test("an event's message is what the API says")
    func message() {
        let event = StreamEvent(
            id: id(5), event: UserEvent(userID: 1, kind: .strategyDeleted, data: Array("{\"id\":7}".utf8)))
        let text = #"{"id":"5-0","type":"strategy.deleted","data":{"id":7}}"#
        #expect(Array(event.frame.readableBytesView) == [0x81, UInt8(text.utf8.count)] + Array(text.utf8))
    }

    @Test("a user's own events after one and up to another")
    func range() {
        var window = EventWindow(base: id(10))
        window.append([event(11), event(12, user: 2), event(13), event(14, user: 2), event(15)], newest: id(16))
        func ids(_ user: Int, _ after: UInt64, _ end: UInt64) -> [UInt64] {
            window.events(of: user, after: id(after), through: id(end)).map(\.id.milliseconds)
        }
        #expect(ids(1, 10, 16) == [11, 13, 15] && ids(2, 10, 16) == [12, 14] && ids(3, 10, 16) == [])
        #expect(ids(1, 11, 14) == [13] && ids(1, 15, 16) == [] && ids(1, 20, 30) == [])
        #expect(window.contains(id(10)) && window.contains(id(13)) && window.contains(id(16)))
        #expect(!window.contains(id(9)) && !window.contains(id(17)))
        #expect(!window.contains(EventID(milliseconds: 13, sequence: 1)))
        #expect(window.covers(after: id(10)) && !window.covers(after: id(9)))
    }

    @Test("what no longer fits goes, oldest first, and is no longer claimed")
    func bound() {
        var window = EventWindow(base: id(0), maximumBytes: 1000)
        for number in 1...20 as ClosedRange<UInt64> { window.append([event(number, size: 100)], newest: id(number)) }
        #expect(window.count < 10 && window.newest == id(20))
        #expect(!window.covers(after: id(5)))
        let after = window.base
        #expect(
            window.events(of: 1, after: after, through: id(20)).map(\.id.milliseconds)
                == Array((after.milliseconds + 1)...20))
    }

    @Test("what was read twice is kept once")
    func twice() {
        var window = EventWindow(base: id(0))
        window.append([event(1), event(2)], newest: id(2))
        window.append([event(2), event(3)], newest: id(3))
        #expect(window.events(of: 1, after: id(0), through: id(9)).map(\.id.milliseconds) == [1, 2, 3])
    }

    // MARK: Progress

    @Test("without a wish events come from now on, with one from there, and with an unknown one all is read again")
    func begin() {
        var fresh = StreamProgress(.none)
        #expect(fresh.begin(now: nil) == .wait && !fresh.isLive)
        #expect(fresh.begin(now: id(5)) == .live && fresh.isLive)
        #expect([fresh.admits(id(5)), fresh.admits(id(6)), fresh.admits(id(6))] == [false, true, false])
        var unknown = StreamProgress(.unknown)
        #expect(unknown.begin(now: id(5)) == .resync && unknown.isLive)
        var back = StreamProgress(.after(id(3)))
        #expect(back.begin(now: id(5)) == .catchUp(after: id(3)) && !back.isLive)
        #expect([back.admits(id(6))] == [false], "not before what was missed")
    }

    @Test("whatever was read ahead is not given again when it comes live")
    func ahead() {
        var progress = StreamProgress(.after(id(3)))
        _ = progress.begin(now: id(5))
        progress.read(through: id(9))
        progress.goLive(at: id(5))
        let admitted = (5...11 as ClosedRange<UInt64>).filter { progress.admits(id($0)) }
        #expect(admitted == [10, 11])
    }

    @Test("one that falls behind, or whose stream was lost, gets nothing live before it has caught up")
    func behind() {
        var progress = StreamProgress(.none)
        _ = progress.begin(now: id(5))
        progress.fallBehind()
        #expect([progress.admits(id(6))] == [false])
        progress.goLive(at: id(8))
        #expect([progress.admits(id(8)), progress.admits(id(9))] == [false, true])
        progress.startOver(at: id(2))
        #expect([progress.admits(id(3))] == [true], "another stream may number from less")
    }

    // MARK: The hub

    @Test("every receiver gets the same batches after where it was attached")
    func hub() {
        let hub = EventHub()
        #expect(hub.newest == nil)
        hub.receive(.more([event(1)], newest: id(1), isFull: false))
        #expect(hub.newest == nil, "nothing before the stream's beginning is known")
        hub.receive(.beginning([event(3), event(4)], oldest: id(3), newest: id(4)))
        #expect(hub.newest == id(4))
        #expect(hub.missed(by: 1, after: id(3), through: id(4), isVerified: false)?.map(\.id) == [id(4)])
        #expect(hub.missed(by: 1, after: id(2), through: id(4), isVerified: true) == nil, "older than the window")
        #expect(hub.missed(by: 1, after: id(7), through: id(4), isVerified: false) == nil, "not known here")
        #expect(hub.missed(by: 1, after: id(7), through: id(4), isVerified: true)?.isEmpty == true)
        hub.receive(.beginning([], oldest: id(1), newest: id(1)))
        #expect(hub.newest == id(1) && hub.missed(by: 1, after: id(4), through: id(4), isVerified: false) == nil)
    }
}
