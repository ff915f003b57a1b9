import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// The cluster's processes reach their Redis through a relay of the test's own.
@Suite("A Redis that fails under load", .serialized)
struct RedisFaultTests {
    enum Fault: String, CaseIterable, Sendable {
        case killed, paused, refused, swallowed
    }

    private static let cluster = Task {
        let folder = ClusterUnderTest.newFolder()
        let relay = try await RedisRelay(to: folder + "/run/redis/redis.sock")
        let cluster = try await ClusterUnderTest.start(
            ["--set", "REDIS_URL=redis://127.0.0.1:\(relay.port)/0"], folder: folder)
        return (cluster, relay)
    }

    @Test(
        "no read fails, a logout holds everywhere within a second, and all is counted in Redis again afterwards",
        arguments: Fault.allCases)
    func underLoad(_ fault: Fault) async throws {
        let (cluster, relay) = try await Self.cluster.value
        #expect(try await Self.isCounting(cluster))
        let user = try await TestUser.make(cluster)
        let other = try await TestUser.make(cluster)
        _ = try await user.createStrategy()
        let load = Load(user)
        try await load.run(readers: 4, writers: 0) {
            try await Self.read(400, under: load)
            let before = load.takeTimes()
            try await Self.begin(fault, cluster, relay)
            try await Self.read(400, under: load)
            try await Self.logOut(other, cluster)
            try await Self.read(400, under: load)
            let during = load.takeTimes()
            let endedAt = ContinuousClock.now
            try await Self.end(fault, cluster, relay)
            #expect(try await Self.isCounting(cluster))
            let recovery = ContinuousClock.now - endedAt
            _ = load.takeTimes()
            try await Self.read(400, under: load)
            Self.report(fault, before: before, during: during, after: load.takeTimes(), recovery)
        }
        #expect(load.now.failedReads.isEmpty, "\(load.now.failedReads.prefix(5))")
        print(
            "Redis \(fault.rawValue): \(load.now.reads) reads, of which none failed, \(load.now.unproven.count) unproven"
        )
        #expect(try await cluster.waitUntilReady())
    }

    private static func begin(_ fault: Fault, _ cluster: ClusterUnderTest, _ relay: RedisRelay) async throws {
        switch fault {
        case .killed: #expect(try await cluster.desk("kill", "redis").status == 0)
        case .paused: #expect(try await cluster.desk("pause", "redis").status == 0)
        case .refused: try await relay.refuse()
        case .swallowed: relay.swallow()
        }
    }

    private static func end(_ fault: Fault, _ cluster: ClusterUnderTest, _ relay: RedisRelay) async throws {
        switch fault {
        case .killed: break
        case .paused: #expect(try await cluster.desk("resume", "redis").status == 0)
        case .refused, .swallowed: try await relay.pass()
        }
    }

    private static func read(_ count: Int, under load: Load) async throws {
        let before = load.now.reads
        let goesOn = try await eventually(within: .seconds(60)) { load.now.reads >= before + count }
        #expect(goesOn)
    }

    /// After the 204 no door lets the token in for longer than a second.
    private static func logOut(_ user: TestUser, _ cluster: ClusterUnderTest) async throws {
        let doors = Doors(cluster, gateways: 2)
        let promisedAt = Mutexed<ContinuousClock.Instant?>(nil)
        async let watched = doors.watch(
            user.accessToken, promisedAt: promisedAt, least: .milliseconds(1200), limit: .seconds(30))
        let answer = try await user.client.at(cluster.authURL(1)).send(.POST, "/api/v1/auth/logout")
        promisedAt.value = .now
        #expect(answer.status == 204, "\(answer.text)")
        let outcome = await watched
        #expect(outcome.wrong.isEmpty, "\(outcome.wrong.prefix(3))")
        #expect(outcome.refusing == doors.urls.count)
        #expect((outcome.lastAcceptance ?? .zero) <= .seconds(1))
    }

    /// Whether both Auth instances count logins in Redis: then the whole limit holds, and not a share of it.
    private static func isCounting(_ cluster: ClusterUnderTest) async throws -> Bool {
        try await eventually(within: .seconds(30)) {
            for url in [cluster.authURL(1), cluster.authURL(2)] {
                let login = try await APIClient(url).login(TestUser.newEmail(), "Wrong-Password-1")
                guard login.headers.first(name: "RateLimit-Policy") == "\"login\";q=5;w=60" else { return false }
            }
            return true
        }
    }

    private static func report(
        _ fault: Fault, before: [Double], during: [Double], after: [Double], _ recovery: Duration
    ) {
        func p99(_ times: [Double]) -> String {
            let sorted = times.sorted()
            return sorted.isEmpty
                ? "-" : String(format: "%.0f ms", sorted[min(sorted.count - 1, sorted.count * 99 / 100)])
        }
        print(
            "Redis \(fault.rawValue) under load: p99 of reads \(p99(before)) before, \(p99(during)) during, "
                + "\(p99(after)) after; counting again after \(recovery)")
    }
}
