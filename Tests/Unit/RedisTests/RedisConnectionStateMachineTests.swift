import NIOCore
import Redis
import Testing

@Suite("Decisions of a Redis connection")
struct RedisConnectionStateMachineTests {
    typealias Machine = RedisConnectionStateMachine<String, Int>

    static func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .milliseconds(milliseconds) }

    /// A machine whose handshake was done at `now`.
    static func ready(at now: Int64 = 0, limits: Machine.Limits = .init()) -> Machine {
        var machine = Machine(limits: limits)
        _ = machine.activate()
        _ = machine.dialed(handshakeCommands: 1, deadline: at(now + 1000))
        _ = machine.received(.status("PONG"), now: at(now))
        return machine
    }

    static func submit(_ machine: inout Machine, _ waiter: Int, deadline: Int64 = 250) -> String {
        switch machine.submit("c\(waiter)", waiter: waiter, deadline: at(deadline)) {
        case .accepted(let flush, let dial, _): flush ? "flush" : dial ? "dial" : "held"
        case .refused(let error): "\(error.code)"
        }
    }

    static func resumed(_ action: Machine.ReplyAction) -> Int? {
        if case .resume(let waiter, _) = action { waiter } else { nil }
    }

    static func isClose(_ action: Machine.ReplyAction) -> Bool {
        if case .close = action { true } else { false }
    }

    @Test("the first command dials, and is written when the handshake is done")
    func firstUse() {
        var machine = Machine()
        #expect(Self.submit(&machine, 1) == "dial")
        #expect(Self.submit(&machine, 2) == "held")
        #expect(machine.takeHeld().isEmpty)
        let opened = machine.dialed(handshakeCommands: 2, deadline: Self.at(1000))
        #expect(opened.isWanted)
        #expect(machine.takeHeld().isEmpty)
        #expect(Self.resumed(machine.received(.status("OK"), now: Self.at(1))) == nil)
        guard case .becameReady = machine.received(.status("PONG"), now: Self.at(2)) else {
            Issue.record("not ready after the handshake")
            return
        }
        #expect(machine.isReady)
        #expect(machine.takeHeld() == ["c1", "c2"])
        #expect(Self.resumed(machine.received(.integer(1), now: Self.at(3))) == 1)
        #expect(Self.resumed(machine.received(.integer(2), now: Self.at(3))) == 2)
    }

    @Test("a command that expires keeps its place until its reply was thrown away")
    func lateReply() {
        var machine = Self.ready()
        #expect(Self.submit(&machine, 1, deadline: 100) == "flush")
        #expect(Self.submit(&machine, 2, deadline: 900) == "flush")
        _ = machine.takeHeld()
        let wake = machine.wake(now: Self.at(100))
        #expect(wake.expired == [1])
        #expect(wake.close == nil)
        #expect(wake.next == Self.at(900))
        #expect(Self.resumed(machine.received(.string(Array("late".utf8)), now: Self.at(300))) == nil)
        #expect(Self.resumed(machine.received(.string(Array("mine".utf8)), now: Self.at(300))) == 2)
    }

    @Test("a command that expires before it was written is never written")
    func expiredUnwritten() {
        var machine = Self.ready()
        _ = Self.submit(&machine, 1, deadline: 100)
        _ = Self.submit(&machine, 2, deadline: 200)
        #expect(machine.wake(now: Self.at(150)).expired == [1])
        #expect(machine.takeHeld() == ["c2"])
        #expect(Self.resumed(machine.received(.null, now: Self.at(160))) == 2)
    }

    @Test("a connection whose oldest command is long past its deadline is closed")
    func stuck() {
        var machine = Self.ready()
        _ = Self.submit(&machine, 1, deadline: 100)
        _ = machine.takeHeld()
        #expect(machine.wake(now: Self.at(100)).next == Self.at(1100))
        let wake = machine.wake(now: Self.at(1100))
        #expect(wake.close?.code == .deadlineExceeded)
        #expect(!machine.isReady)
        #expect(Self.submit(&machine, 2) == "unavailable")
        #expect(Self.resumed(machine.received(.integer(1), now: Self.at(1101))) == nil)
        let outcome = machine.disconnected(now: Self.at(1102), random: 0.5)
        #expect(outcome.failed.isEmpty)
        #expect(outcome.next == .dialAfter(.milliseconds(25)))
    }

    @Test("the timer is armed for the earliest deadline only")
    func arming() {
        var machine = Self.ready()
        _ = machine.wake(now: Self.at(0))
        func wake(_ deadline: Int64) -> NIODeadline? {
            guard case .accepted(_, _, let wake) = machine.submit("c", waiter: 0, deadline: Self.at(deadline)) else {
                return nil
            }
            return wake
        }
        #expect(wake(300) == Self.at(300))
        #expect(wake(400) == nil)
        #expect(wake(200) == Self.at(200))
        #expect(wake(200) == nil)
    }

    @Test("losing a stable connection fails what was written and keeps what was not for one more dial")
    func lostWhenStable() {
        var machine = Self.ready()
        _ = Self.submit(&machine, 1)
        _ = machine.takeHeld()
        _ = Self.submit(&machine, 2)
        let outcome = machine.disconnected(now: Self.at(5000), random: 0.5)
        #expect(outcome.failed.map(\.waiter) == [1])
        #expect(outcome.failed.allSatisfy { $0.error.code == .unavailable })
        #expect(outcome.next == .dial)
        #expect(Self.submit(&machine, 3) == "held")
        let second = machine.disconnected(now: Self.at(5001), random: 0.5)
        #expect(second.failed.map(\.waiter) == [2, 3])
        #expect(second.next == .dialAfter(.milliseconds(25)))
        #expect(Self.submit(&machine, 4) == "unavailable")
    }

    @Test("while the server is away commands fail at once, and the wait between attempts grows")
    func away() {
        var machine = Machine()
        #expect(Self.submit(&machine, 1) == "dial")
        var waits: [Int64] = []
        for attempt in 0..<8 {
            let outcome = machine.disconnected(now: Self.at(Int64(attempt)), random: 0.999_999_999)
            #expect(outcome.failed.map(\.waiter) == (attempt == 0 ? [1] : []))
            if case .dialAfter(let wait) = outcome.next { waits.append((wait.nanoseconds + 500_000) / 1_000_000) }
            #expect(Self.submit(&machine, 2) == "unavailable")
            let dials = [machine.backoffElapsed(), machine.backoffElapsed()]
            #expect(dials == [true, false])
            #expect(Self.submit(&machine, 2) == "unavailable")
        }
        #expect(waits == [50, 100, 200, 400, 800, 1000, 1000, 1000])
    }

    @Test("a connection that ends right after its handshake counts as a failed attempt")
    func unstable() {
        var machine = Self.ready(at: 10)
        #expect(machine.disconnected(now: Self.at(500), random: 0).next == .dialAfter(.zero))
    }

    @Test("an error in the handshake closes the connection")
    func refusedPassword() {
        var machine = Machine()
        _ = machine.activate()
        _ = machine.dialed(handshakeCommands: 2, deadline: Self.at(1000))
        #expect(Self.isClose(machine.received(.error("WRONGPASS invalid"), now: Self.at(1))))
        #expect(!Self.isClose(machine.received(.error("NOAUTH"), now: Self.at(1))))
        #expect(machine.disconnected(now: Self.at(2), random: 0).next == .dialAfter(.zero))
    }

    @Test("a handshake without an answer ends at its deadline")
    func silentHandshake() {
        var machine = Machine()
        _ = machine.activate()
        #expect(machine.dialed(handshakeCommands: 1, deadline: Self.at(1000)).wake == Self.at(1000))
        #expect(machine.wake(now: Self.at(999)).next == Self.at(1000))
        #expect(machine.wake(now: Self.at(1000)).close != nil)
    }

    @Test("a reply that nobody asked for closes the connection")
    func unsolicited() {
        var machine = Self.ready()
        #expect(Self.isClose(machine.received(.status("OK"), now: Self.at(1))))
    }

    @Test("the queue is bounded, abandoned commands included")
    func bounded() {
        var limits = Machine.Limits()
        limits.pending = 3
        var machine = Self.ready(limits: limits)
        for waiter in 1...3 { #expect(Self.submit(&machine, waiter, deadline: 100) == "flush") }
        #expect(Self.submit(&machine, 4) == "queueFull")
        _ = machine.takeHeld()
        #expect(machine.wake(now: Self.at(100)).expired == [1, 2, 3])
        #expect(Self.submit(&machine, 5) == "queueFull")
        _ = machine.received(.null, now: Self.at(101))
        #expect(Self.submit(&machine, 6) == "flush")
    }

    @Test("a shutdown waits for the replies that are due and takes nothing new")
    func shutdown() {
        var machine = Self.ready()
        _ = Self.submit(&machine, 1)
        _ = machine.takeHeld()
        let outcome = machine.shutDown()
        #expect(outcome.failed.isEmpty)
        #expect(!outcome.close)
        #expect(Self.submit(&machine, 2) == "unavailable")
        #expect(!machine.isDrained)
        #expect(Self.resumed(machine.received(.null, now: Self.at(1))) == 1)
        #expect(machine.isDrained)
        #expect(machine.disconnected(now: Self.at(2), random: 0).next == .nothing)
    }

    @Test("a shutdown while dialling refuses what is held, and the socket that still opens is not wanted")
    func shutdownWhileDialling() {
        var machine = Machine()
        _ = Self.submit(&machine, 1)
        let outcome = machine.shutDown()
        #expect(outcome.failed.map(\.waiter) == [1])
        #expect(outcome.close)
        #expect(!machine.dialed(handshakeCommands: 1, deadline: Self.at(1)).isWanted)
    }

    /// A random life: whatever happens, each command is answered exactly once, and a reply only goes to its own.
    @Test("every command is answered once, by its own reply or by an error", arguments: 0..<200 as Range<UInt64>)
    func answeredOnce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var life = SimulatedLife()
        for _ in 0..<400 { life.step(using: &random) }
        life.end()
        #expect(life.problems.isEmpty)
        #expect(life.answered.count == life.submitted)
    }
}
