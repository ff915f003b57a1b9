import Postgres
import Testing

/// A registry with a clock of its own, in milliseconds.
private struct RegistryUnderTest {
    private let start = ContinuousClock.now
    var registry: ServerRegistry

    init(_ servers: Int = 3) { registry = ServerRegistry(serverCount: servers) }

    func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @discardableResult
    mutating func primary(
        _ server: Int, at time: Int, beat: Int, age: Int = 0, epoch: Int = 1, isNamed: Bool = true
    ) -> [Int] {
        answered(server, at: time, epoch: epoch, isInRecovery: false, isNamed: isNamed, beat: beat, age: age)
    }

    @discardableResult
    mutating func replica(_ server: Int, at time: Int, beat: Int, epoch: Int = 1) -> [Int] {
        answered(server, at: time, epoch: epoch, isInRecovery: true, isNamed: false, beat: beat, age: 0)
    }

    private mutating func answered(
        _ server: Int, at time: Int, epoch: Int, isInRecovery: Bool, isNamed: Bool, beat: Int, age: Int
    ) -> [Int] {
        registry.asked(server, at: at(time))
        return registry.answered(
            server,
            ServerReport(
                name: "s\(server)", isInRecovery: isInRecovery, epoch: epoch, isNamedByEpoch: isNamed, beat: beat,
                beatAge: .milliseconds(age)), asked: at(time))
    }

    mutating func failed(_ server: Int, at time: Int) {
        registry.asked(server, at: at(time))
        registry.failed(server, asked: at(time))
    }

    func staleness(_ server: Int, at time: Int) -> Int? {
        registry.staleness(of: server, at: at(time)).map { Int($0 / .milliseconds(1)) }
    }

    func roles(at time: Int) -> [ReadPlan.Role] { registry.servers(at: at(time)).map(\.role) }
    func primary(at time: Int) -> Int? { registry.primary(at: at(time)) }
}

@Suite("What the servers' answers mean")
struct ServerRegistryTests {
    @Test("the primary is who takes writes and is named by the newest epoch")
    func legitimacy() {
        var test = RegistryUnderTest()
        test.replica(1, at: 0, beat: 1)
        #expect(test.primary(at: 0) == nil)
        test.primary(2, at: 0, beat: 1, isNamed: false)
        #expect(test.primary(at: 0) == nil)
        test.primary(0, at: 0, beat: 1)
        #expect(test.primary(at: 0) == 0)
        #expect(test.roles(at: 0) == [.primary, .replica, .replica])
    }

    @Test("once a newer epoch was seen, on whichever server, the old primary gets nothing")
    func newerEpoch() {
        var test = RegistryUnderTest()
        test.primary(0, at: 0, beat: 9)
        #expect(test.replica(2, at: 10, beat: 9, epoch: 2) == [0])
        #expect(test.registry.epoch == 2 && test.primary(at: 10) == nil)
        // It still believes that it is the primary.
        #expect(test.primary(0, at: 20, beat: 10) == [])
        #expect(test.primary(at: 20) == nil)
        #expect(test.primary(1, at: 30, beat: 9, epoch: 2) == [])
        #expect(test.primary(at: 30) == 1)
        #expect(test.registry.servers(at: test.at(30))[0].epoch == 1)
    }

    @Test("a primary that has turned standby loses its role and its connections")
    func demotion() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 1)
        #expect(test.replica(0, at: 250, beat: 1) == [0])
        #expect(test.primary(at: 250) == nil)
        test.primary(0, at: 500, beat: 2)
        #expect(test.primary(at: 500) == 0)
    }

    @Test("a promoted server that no epoch names yet is still the replica that it was")
    func promotedEarly() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 1)
        test.replica(1, at: 5, beat: 1)
        test.failed(0, at: 250)
        test.primary(1, at: 260, beat: 1, isNamed: false)
        #expect(test.primary(at: 260) == 0)
        #expect(test.roles(at: 260) == [.primary, .replica])
        #expect(test.staleness(1, at: 260) == 0)
    }

    @Test("staleness counts from when the replica's beat was raised")
    func staleness() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 1000, beat: 7, age: 150)
        test.replica(1, at: 1100, beat: 7)
        #expect(test.staleness(1, at: 1100) == 250)
        #expect(test.staleness(1, at: 1300) == 450)
        // Asked again, it shows no more: it has stopped replaying.
        test.primary(0, at: 1250, beat: 8)
        test.replica(1, at: 1350, beat: 7)
        #expect(test.staleness(1, at: 1350) == 500)
        test.replica(1, at: 1400, beat: 8)
        #expect(test.staleness(1, at: 1400) == 150)
    }

    @Test("this process's own beat counts from when it asked for it")
    func ownBeat() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 1000, beat: 7, age: 400)
        test.registry.raisedBeat(8, on: 0, asked: test.at(1010))
        test.replica(1, at: 1050, beat: 8)
        #expect(test.staleness(1, at: 1060) == 50)
        test.registry.raisedBeat(9, on: 1, asked: test.at(1060))
        test.replica(1, at: 1070, beat: 9)
        #expect(test.staleness(1, at: 1070) == 60)
    }

    @Test("a replica whose beat is too old to know of proves nothing, and keeps what it has proved")
    func forgottenBeat() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 100)
        test.replica(1, at: 0, beat: 50)
        #expect(test.staleness(1, at: 0) == nil)
        test.replica(1, at: 10, beat: 100)
        for beat in 1...500 { test.primary(0, at: beat * 200, beat: 100 + beat) }
        test.replica(1, at: 100_000, beat: 100)
        #expect(test.staleness(1, at: 100_000) == 100_000)
    }

    @Test("a beat from the future, by a clock that was set back, proves nothing")
    func clockSetBack() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 3, age: -500)
        test.replica(1, at: 0, beat: 3)
        #expect(test.staleness(1, at: 0) == nil)
    }

    @Test("a replica that does not answer is out after two questions, or a second")
    func silentReplica() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 1)
        test.replica(1, at: 0, beat: 1)
        test.failed(1, at: 250)
        #expect(test.roles(at: 300) == [.primary, .replica])
        test.failed(1, at: 500)
        #expect(test.roles(at: 600) == [.primary, .none])
        test.replica(1, at: 700, beat: 1)
        test.primary(0, at: 700, beat: 2)
        #expect(test.roles(at: 1699) == [.primary, .replica])
        #expect(test.roles(at: 1700) == [.primary, .none])
    }

    @Test("a replica that left a read without an answer is out until it answers a later question")
    func doubted() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 1)
        test.replica(1, at: 0, beat: 1)
        test.registry.leftUnanswered(1, since: test.at(10), at: test.at(100))
        #expect(test.roles(at: 100) == [.primary, .none])
        test.replica(1, at: 90, beat: 1)
        #expect(test.roles(at: 110) == [.primary, .none])
        test.replica(1, at: 120, beat: 1)
        #expect(test.roles(at: 130) == [.primary, .replica])
    }

    @Test("a replica that answered a question meanwhile is only slow with the read")
    func slowRead() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 1)
        test.replica(1, at: 50, beat: 1)
        test.registry.leftUnanswered(1, since: test.at(40), at: test.at(340))
        #expect(test.roles(at: 340) == [.primary, .replica])
    }

    @Test("a server that refuses a write is not the primary until it says so again")
    func refusedWrite() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 0, beat: 1)
        test.registry.refusedWrite(0, at: test.at(100))
        #expect(test.primary(at: 110) == nil)
        test.primary(0, at: 120, beat: 1)
        #expect(test.primary(at: 130) == 0)
    }

    @Test("while no primary answers, replicas become no staler")
    func primaryGone() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 1000, beat: 1)
        test.replica(1, at: 1100, beat: 1)
        test.failed(0, at: 1250)
        for time in stride(from: 1350, to: 60_000, by: 250) {
            test.failed(0, at: time)
            test.replica(1, at: time, beat: 1)
            #expect(test.staleness(1, at: time + 100) == 0)
            #expect(test.roles(at: time + 100) == [.none, .replica])
        }
    }

    @Test("a replica that was past the bound when the primary went stays so")
    func primaryGoneReplicaBehind() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 1000, beat: 1)
        test.replica(1, at: 1000, beat: 1)
        for beat in 2...9 { test.primary(0, at: 1000 + beat * 200, beat: beat) }
        test.replica(1, at: 2900, beat: 1)
        test.failed(0, at: 3000)
        #expect(test.staleness(1, at: 3100) == 1800)
    }

    @Test("a primary that leaves a question without an answer for a while counts as gone")
    func primaryHangs() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 1000, beat: 1)
        test.replica(1, at: 1100, beat: 1)
        test.registry.asked(0, at: test.at(1250))
        #expect(test.staleness(1, at: 1399) == 399)
        #expect(test.staleness(1, at: 1400) == 0)
    }

    @Test("a process that was stopped asks again before it trusts anybody")
    func stoppedProcess() {
        var test = RegistryUnderTest(2)
        test.primary(0, at: 1000, beat: 1)
        test.replica(1, at: 1100, beat: 1)
        test.registry.asked(0, at: test.at(1250))
        test.registry.asked(1, at: test.at(1350))
        #expect(test.roles(at: 9000) == [.none, .none])
        // What failed was asked before the stop.
        test.registry.failed(0, asked: test.at(1250))
        test.replica(1, at: 9000, beat: 1)
        #expect(test.staleness(1, at: 9010) == 8010)
    }

    @Test("a process that has never seen a primary trusts no replica")
    func neverSeen() {
        var test = RegistryUnderTest(2)
        test.replica(0, at: 0, beat: 5)
        test.failed(1, at: 0)
        #expect(test.staleness(0, at: 10) == nil)
    }

    @Test("after a promotion the new primary's beats count, the old one's do not")
    func beatsOfNewEpoch() {
        var test = RegistryUnderTest()
        test.primary(0, at: 0, beat: 50)
        test.replica(1, at: 0, beat: 48)
        test.replica(2, at: 0, beat: 48)
        test.primary(1, at: 5000, beat: 48, age: 5000, epoch: 2)
        test.registry.raisedBeat(49, on: 1, asked: test.at(5001))
        // Beat 49 of the first primary was another one; the third server does not know of the promotion yet.
        test.replica(2, at: 5010, beat: 49, epoch: 1)
        #expect(test.registry.servers(at: test.at(5010))[2].epoch == 1)
        test.replica(2, at: 5020, beat: 49, epoch: 2)
        #expect(test.staleness(2, at: 5101) == 100)
    }
}
