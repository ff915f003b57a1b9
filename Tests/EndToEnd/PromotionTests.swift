import Foundation
import TestSupport
import Testing

@Suite("Promotion of a standby", .serialized)
struct PromotionTests {
    @Test(
        "writes go on within five seconds and reads throughout; the old primary comes back as a standby",
        arguments: ["healthy", "killed", "paused"])
    func promote(old: String) async throws {
        let cluster = try await ClusterUnderTest.start()
        let user = try await TestUser.make(cluster)
        _ = try await user.createStrategy()
        let hasArrived = try await eventually { try await cluster.database("postgres-2").lagBytes == 0 }
        #expect(hasArrived)
        let load = Load(user)
        try await load.run(readers: 2, writers: 0) {
            if old == "killed" { #expect(try await cluster.desk("kill", "primary").status == 0) }
            if old == "paused" { #expect(try await cluster.desk("pause", "primary").status == 0) }
            let start = ContinuousClock.now
            let (output, status) = try await cluster.desk("promote", "postgres-2")
            #expect(status == 0, "\(output)")
            let isWritten = try await eventually { await load.write() }
            let time = ContinuousClock.now - start
            #expect(isWritten)
            #expect(time < .seconds(5), "writes were back after \(time) only")
            print("promotion with the old primary \(old): writes after \(time)")
            let hasRejoined = try await eventually(within: .seconds(60)) {
                let former = try await cluster.database("postgres-1")
                return former.role == "standby" && former.lagBytes == 0 && former.epoch == 2 && former.isReady
            }
            #expect(hasRejoined, "\(cluster.output)")
        }
        #expect(load.now.failedReads.isEmpty, "\(load.now.failedReads.count): \(load.now.failedReads.prefix(3))")
        #expect(load.now.reads > 10)
        #expect(try await cluster.database("postgres-2").role == "primary")
        #expect(cluster.output.contains("postgres-1 follows postgres-2"))
        let epochs = try await cluster.query("postgres-2", "select pg_is_in_recovery()")
        #expect(epochs == "f")
        _ = try await cluster.stop()
    }

    @Test("what cannot be promoted is refused in one sentence, and nothing changes")
    func refused() async throws {
        let cluster = try await DataCluster.start(["--replicas", "2"])
        for (name, sentence) in [
            ("postgres-9", "There is no standby postgres-9"), ("redis", "There is no standby redis"),
            ("postgres-1", "postgres-1 is the primary already."),
        ] {
            let (output, status) = try await cluster.desk("promote", name)
            #expect(status == 1 && output.contains(sentence), "\(output)")
        }
        #expect(try await cluster.desk("pause", "postgres-2").status == 0)
        let (output, status) = try await cluster.desk("promote", "postgres-2")
        #expect(status == 1 && output.contains("postgres-2 is not a running standby"), "\(output)")

        // postgres-3 gets what postgres-2 does not; then nobody is left who could tell postgres-2.
        try await cluster.query("primary", "create table marks as select 1 as mark")
        let hasArrived = try await eventually {
            (try? await cluster.query("postgres-3", "select mark from marks")) == "1"
        }
        #expect(hasArrived)
        #expect(try await cluster.desk("pause", "primary").status == 0)
        #expect(try await cluster.desk("resume", "postgres-2").status == 0)
        let behind = try await cluster.desk("promote", "postgres-2")
        #expect(behind.status == 1 && behind.output.contains("postgres-3 is ahead of postgres-2"), "\(behind.output)")
        #expect(try await cluster.desk("resume", "primary").status == 0)
        #expect(try await cluster.databases().map(\.role) == ["primary", "standby", "standby"])
        _ = try await cluster.stop()
    }

    @Test("several promotions in turn, and over a restart: nothing is lost, and everybody follows the last primary")
    func turns() async throws {
        let folder = ClusterUnderTest.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var cluster = try await DataCluster.start(["--replicas", "2"], folder: folder)
        try await cluster.query("primary", "create table marks (mark int)")
        for (turn, name) in ["postgres-2", "postgres-3", "postgres-1"].enumerated() {
            try await cluster.query("primary", "insert into marks values (\(turn))")
            let (output, status) = try await cluster.desk("promote", name, "--json")
            #expect(status == 0 && output.contains("\"epoch\":\(turn + 2),\"primary\":\"\(name)\""), "\(output)")
            let areFollowing = try await eventually(within: .seconds(60)) {
                try await cluster.databases().allSatisfy { $0.name == name || $0.lagBytes == 0 }
            }
            #expect(areFollowing, "\(cluster.output)")
            let isOver = try await eventually(within: .seconds(30)) {
                cluster.output.contains(turn == 0 ? "postgres-1 follows postgres-2" : "follows \(name)")
            }
            #expect(isOver)
        }
        #expect(try await cluster.desk("promote", "postgres-2").status == 0)
        _ = try await cluster.stop()

        cluster = try await DataCluster.start(["--replicas", "1"], folder: folder)
        #expect(try await cluster.databases().map(\.role) == ["standby", "primary"])
        #expect(
            try await cluster.query("primary", "select string_agg(mark::text, ' ' order by mark) from marks") == "0 1 2"
        )
        #expect(try await cluster.database("postgres-2").epoch == 5)
        _ = try await cluster.stop()
    }
}
