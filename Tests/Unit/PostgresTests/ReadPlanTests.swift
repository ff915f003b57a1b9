import Postgres
import Testing

@Suite("Which server answers a read")
struct ReadPlanTests {
    private static func primary(epoch: Int = 1) -> ReadPlan.Server { .init(role: .primary, epoch: epoch) }

    private static func replica(
        epoch: Int = 1, staleness: Int? = 10, inFlight: Int = 0, isReady: Bool = true
    ) -> ReadPlan.Server {
        .init(
            role: .replica, epoch: epoch, staleness: staleness.map { .milliseconds($0) }, inFlight: inFlight,
            isReady: isReady)
    }

    private static func plan(_ servers: [ReadPlan.Server], epoch: Int = 1, primaryReads: Int = 5) -> ReadPlan {
        ReadPlan(
            servers: servers, epoch: epoch, maximumStaleness: .milliseconds(1000), primaryReadsLeft: primaryReads)
    }

    /// Every choice that some random number leads to.
    private static func choices(
        _ plan: ReadPlan, _ requirement: ReadRequirement = .none, tried: Set<Int> = [], sawOlder: Bool = false
    ) -> Set<ReadPlan.Choice> {
        var generator = SystemRandomNumberGenerator()
        return Set(
            (0..<300).map { _ in
                plan.choose(requirement, tried: tried, sawOlder: sawOlder, random: generator.next())
            })
    }

    @Test("replicas answer, the primary is spared")
    func replicasFirst() {
        let plan = Self.plan([Self.primary(), Self.replica(), Self.replica(), Self.replica()])
        #expect(Self.choices(plan) == [.replica(1), .replica(2), .replica(3)])
    }

    @Test("a strong read goes to the primary alone, whatever it costs")
    func strong() {
        let strong = ReadRequirement(isStrong: true)
        let servers = [Self.replica(), Self.primary()]
        #expect(Self.choices(Self.plan(servers, primaryReads: 0), strong) == [.primary(1)])
        #expect(Self.choices(Self.plan([Self.replica(), Self.replica()]), strong) == [.wait])
        #expect(Self.choices(Self.plan(servers), strong, tried: [1]) == [.wait])
    }

    @Test("of two replicas the less busy one answers")
    func lessBusy() {
        let plan = Self.plan([Self.primary(), Self.replica(inFlight: 3), Self.replica(inFlight: 2)])
        #expect(Self.choices(plan) == [.replica(2)])
    }

    @Test("the busiest of many is never picked, the others all are")
    func powerOfTwo() {
        let plan = Self.plan((0..<5).map { Self.replica(inFlight: $0) })
        #expect(Self.choices(plan) == [.replica(0), .replica(1), .replica(2), .replica(3)])
    }

    @Test(
        "a replica that is not fit is not asked",
        arguments: [
            ReadPlan.Server(role: .none, epoch: 1, staleness: .zero), replica(staleness: 1001),
            replica(staleness: nil), replica(isReady: false), replica(epoch: 0),
        ])
    func unfit(_ server: ReadPlan.Server) {
        #expect(Self.choices(Self.plan([server, Self.replica(), Self.primary()])) == [.replica(1)])
        #expect(Self.choices(Self.plan([server, Self.primary()])) == [.primaryForReplica(1)])
        #expect(Self.choices(Self.plan([server])) == [.wait])
    }

    @Test("the bound itself is within the bound")
    func bound() {
        #expect(Self.choices(Self.plan([Self.replica(staleness: 1000), Self.primary()])) == [.replica(0)])
    }

    @Test("replicas that lack the newest epoch are out, whichever server has shown it")
    func olderEpoch() {
        let plan = Self.plan([Self.replica(epoch: 1), Self.replica(epoch: 2), Self.primary(epoch: 2)], epoch: 2)
        #expect(Self.choices(plan) == [.replica(1)])
        #expect(Self.choices(Self.plan([Self.replica(epoch: 1)], epoch: 2)) == [.wait])
    }

    @Test("after an answer that is too old another replica is asked, and then the primary")
    func askedAgain() {
        let plan = Self.plan([Self.primary(), Self.replica(), Self.replica()])
        let seen = ReadRequirement(minimum: Revision(epoch: 1, number: 7))
        #expect(Self.choices(plan, seen, tried: [1], sawOlder: true) == [.replica(2)])
        #expect(Self.choices(plan, seen, tried: [1, 2], sawOlder: true) == [.primaryForReplica(0)])
        #expect(Self.choices(plan, seen, tried: [0, 1, 2], sawOlder: true) == [.wait])
    }

    @Test("beyond the cap the primary does not stand in, and the reader is told why")
    func cap() {
        let plan = Self.plan([Self.primary(), Self.replica()], primaryReads: 0)
        #expect(Self.choices(plan) == [.replica(1)])
        #expect(Self.choices(plan, tried: [1]) == [.refuse(.unavailable)])
        #expect(Self.choices(plan, tried: [1], sawOlder: true) == [.refuse(.behind)])
    }

    @Test("a server without others answers as many reads as come")
    func alone() {
        #expect(Self.choices(Self.plan([Self.primary()], primaryReads: 0)) == [.primary(0)])
        #expect(Self.choices(Self.plan([Self.replica()])) == [.replica(0)])
    }

    @Test("an epoch that the reader has seen and no server here is waited for")
    func newerEpoch() {
        let seen = ReadRequirement(minimum: Revision(epoch: 2, number: 1))
        #expect(Self.choices(Self.plan([Self.primary(), Self.replica()]), seen) == [.waitForEpoch])
        #expect(Self.choices(Self.plan([Self.replica()]), seen) == [.wait])
        let strong = ReadRequirement(minimum: Revision(epoch: 2, number: 1), isStrong: true)
        #expect(Self.choices(Self.plan([Self.primary()]), strong) == [.waitForEpoch])
        let known = Self.plan([Self.primary(epoch: 2), Self.replica(epoch: 2)], epoch: 2)
        #expect(Self.choices(known, seen) == [.replica(1)])
    }

    @Test("without any server a read waits")
    func nobody() {
        #expect(Self.choices(Self.plan([])) == [.wait])
    }
}
