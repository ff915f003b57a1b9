import Foundation
import JSON
import TestSupport
import Testing

@Suite("A replica of the database", .serialized)
struct ReplicationTests {
    private static let data = ["--gateways", "0", "--auth", "0", "--strategies", "0"]

    @Test("a replica follows the primary, takes no writes, and its lag is shown")
    func follows() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let hasArrived = try await eventually {
            try await cluster.query("postgres-2", "select count(*) from users where email = '\(user.email)'") == "1"
        }
        #expect(hasArrived)
        let isCaughtUp = try await eventually {
            let standby = try await cluster.database("postgres-2")
            return standby.role == "standby" && standby.epoch == 1 && standby.lagBytes == 0
        }
        #expect(isCaughtUp)
        #expect(try await cluster.database("postgres-1").role == "primary")
        let table = try await cluster.desk("status").output
        #expect(table.contains("standby") && table.contains(" ms, ") && table.contains("epoch"))

        #expect(try await cluster.desk("pause", "postgres-2").status == 0)
        let other = try await TestUser.make(cluster)
        let isBehind = try await eventually { (try await cluster.database("postgres-2").lagBytes ?? 0) > 0 }
        #expect(try await cluster.desk("resume", "postgres-2").status == 0)
        #expect(isBehind)
        let catchesUp = try await eventually {
            try await cluster.query("postgres-2", "select count(*) from users where email = '\(other.email)'") == "1"
        }
        #expect(catchesUp)
        let write = try await cluster.desk("psql", "--server", "postgres-2", "--", "-c", "delete from users")
        #expect(write.status != 0)
    }

    @Test("more and fewer replicas than last time, and one that can follow no more: each is made anew where it must be")
    func replicasComeAndGo() async throws {
        let folder = ClusterUnderTest.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var cluster = try await ClusterUnderTest.start(Self.data + ["--replicas", "2"], folder: folder)
        #expect(try await cluster.databaseNames() == ["postgres-1", "postgres-2", "postgres-3"])
        try await cluster.query("primary", "create table marks (mark int)")
        _ = try await cluster.stop()

        cluster = try await ClusterUnderTest.start(Self.data + ["--replicas", "0"], folder: folder)
        #expect(try await cluster.databaseNames() == ["postgres-1"])
        try await cluster.query("primary", "insert into marks values (1)")
        #expect(try await cluster.query("primary", "select count(*) from pg_replication_slots") == "0")
        _ = try await cluster.stop()

        cluster = try await ClusterUnderTest.start(Self.data + ["--replicas", "1"], folder: folder)
        #expect(cluster.output.contains("no longer has what postgres-2 has not received: it is made anew"))
        let hasArrived = try await eventually {
            try await cluster.query("postgres-2", "select mark from marks") == "1"
        }
        #expect(hasArrived)
        _ = try await cluster.stop()

        cluster = try await ClusterUnderTest.start(Self.data + ["--replicas", "1"], folder: folder)
        #expect(!cluster.output.contains("copied"), "a replica that can follow was made anew")
        _ = try await cluster.stop()
    }

    @Test("the folder of a release with a single server is taken over with its data")
    func olderFolder() async throws {
        let folder = ClusterUnderTest.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var cluster = try await ClusterUnderTest.start(Self.data + ["--replicas", "0"], folder: folder)
        try await cluster.query("primary", "create table marks as select 7 as mark")
        _ = try await cluster.stop()
        let files = FileManager.default
        try files.moveItem(atPath: folder + "/postgres-1", toPath: folder + "/postgres")
        try files.removeItem(atPath: folder + "/primary.json")
        try "1\n".write(toFile: folder + "/layout", atomically: true, encoding: .utf8)

        cluster = try await ClusterUnderTest.start(Self.data, folder: folder)
        #expect(try await cluster.query("primary", "select mark from marks") == "7")
        #expect(try await cluster.databaseNames() == ["postgres-1", "postgres-2"])
        _ = try await cluster.stop()
    }
}
