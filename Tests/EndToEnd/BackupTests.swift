import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Backups", .serialized)
struct BackupTests {
    @Test("a cluster is restored as it was at a noted time, over a promotion, and its clients learn what is lost")
    func drill() async throws {
        let cluster = try await ClusterUnderTest.start(["--gateways", "1", "--auth", "1", "--strategies", "1"])
        let archive = cluster.folder + "-backups"
        let restored = ClusterUnderTest.newFolder()
        defer { for path in [archive, restored] { try? FileManager.default.removeItem(atPath: path) } }
        let none = try await cluster.desk("restore", "--into", restored)
        #expect(none.status == 1 && none.output.contains("holds no backups of CryptoDesk"), "\(none.output)")

        let user = try await TestUser.make(cluster)
        let kept = try await user.createStrategy("before the backup")
        let backup = try await cluster.desk("backup", "--json")
        try #require(backup.status == 0, "\(backup.output)\n\(cluster.output)")
        let name = try #require(try JSONValue(parsing: backup.output.utf8).object?["name"]?.string)
        _ = try await user.createStrategy("after the backup")
        let promotion = try await cluster.desk("promote", "postgres-2")
        #expect(promotion.status == 0, "\(promotion.output)")
        let isWritten = try await eventually { try await user.write("after the promotion") }
        #expect(isWritten)
        let noted = try await cluster.query(
            "primary", #"select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ')"#)
        // The next commit is in another millisecond.
        #expect(
            try await eventually {
                try await cluster.query(
                    "primary", "select clock_timestamp() > '\(noted)'::timestamptz + interval '10 ms'") == "t"
            })
        _ = try await user.createStrategy("after the noted time")
        #expect(try await user.client.send(.DELETE, "/api/v1/strategies/\(kept)").status == 204)

        for (arguments, sentence) in [
            (["--into", cluster.folder, "--to", noted], "is not empty"),
            (["--into", restored, "--to", "2026-01-01T00:00:00Z"], "is before the oldest backup"),
            (["--into", restored, "--to", "2999-01-01T00:00:00Z"], "lies in the future"),
            (["--into", restored, "--to", "yesterday"], "takes a moment such as"),
            (["--into", restored, "--archive", cluster.folder], "holds no backups of CryptoDesk"),
        ] {
            let (output, status) = try await ClusterUnderTest.run(["restore", "--data", cluster.folder] + arguments)
            #expect(status != 0 && output.contains(sentence), "\(output)")
            #expect(!FileManager.default.fileExists(atPath: restored))
        }
        let (output, status) = try await cluster.desk("restore", "--into", restored, "--to", noted, "--json")
        try #require(status == 0, "\(output)\n\(cluster.output)")
        let report = try #require(try JSONValue(parsing: output.utf8).object)
        #expect(report["backup"]?.string == name)
        #expect(report["epoch"]?.integer == 3, "clients were told of epoch 2")
        #expect(report["rows"]?.object?["users"]?.integer == 2, "the demo account, and ours")

        // The one that was backed up goes on, and can be backed up again: the older backup is then gone with its WAL.
        let second = try await cluster.desk("backup", "--keep", "1")
        #expect(second.status == 0 && second.output.contains("backup \(name) removed"), "\(second.output)")
        let listed = try await cluster.desk("backup", "--list", "--json")
        #expect(try JSONValue(parsing: listed.output.utf8).array?.count == 1)
        let tooEarly = try await cluster.desk("restore", "--into", restored + "-2", "--to", noted)
        #expect(tooEarly.output.contains("is before the oldest backup"), "\(tooEarly.output)")
        _ = try await cluster.stop()

        let copy = try await ClusterUnderTest.start(
            ["--gateways", "1", "--auth", "1", "--strategies", "1"], folder: restored)
        let client = APIClient(copy.baseURL)
        var known = client.with(token: user.accessToken)
        #expect(try await known.get("/api/v1/strategies").status == 401, "sessions have ended")
        let login = try await client.login(user.email, TestUser.password)
        known = client.with(token: try #require(login["access_token"]?.string, "\(login.text)"))
        let list = try await known.get("/api/v1/strategies?consistency=strong")
        let rows = try JSONValue(parsing: Array(list.text.utf8)).array
        let names = rows?.compactMap { $0.object?["strategy_name"]?.string } ?? []
        #expect(
            Set(names) == ["before the backup", "after the backup", "after the promotion"] && names.count == 3,
            "\(list.text)")
        known.consistency = user.client.consistency
        #expect(try await known.get("/api/v1/strategies").status == 409, "this client has seen what is lost")
        _ = try await copy.stop()
    }

    @Test("a damaged archive is refused, and leaves no folder behind")
    func damaged() async throws {
        let cluster = try await DataCluster.start(["--replicas", "0"])
        let archive = cluster.folder + "-backups"
        let restored = ClusterUnderTest.newFolder()
        defer { try? FileManager.default.removeItem(atPath: archive) }
        try await cluster.query("primary", "create table marks as select 1 as mark")
        let backup = try await cluster.desk("backup", "--json")
        try #require(backup.status == 0, "\(backup.output)")
        let name = try #require(try JSONValue(parsing: backup.output.utf8).object?["name"]?.string)
        try await cluster.query("primary", "insert into marks values (2)")
        // A cluster that runs adds what is missing; one that has stopped has archived all of it.
        _ = try await cluster.stop()

        let inside = try await cluster.desk("restore", "--into", restored)
        #expect(inside.status == 0, "\(inside.output)")
        try FileManager.default.removeItem(atPath: restored)

        let wal = archive + "/wal"
        let last = try #require(try FileManager.default.contentsOfDirectory(atPath: wal).sorted().last)
        let content = try Data(contentsOf: URL(filePath: "\(wal)/\(last)"))
        try content.prefix(content.count / 2).write(to: URL(filePath: "\(wal)/\(last)"))
        let short = try await cluster.desk("restore", "--into", restored)
        #expect(short.status == 1 && short.output.contains("is damaged"), "\(short.output)")
        try content.write(to: URL(filePath: "\(wal)/\(last)"))

        let version = "\(archive)/base/\(name)/data/PG_VERSION"
        try Data("15 \n".utf8).write(to: URL(filePath: version))
        let changed = try await cluster.desk("restore", "--into", restored)
        #expect(changed.status == 1 && changed.output.contains("The backup is damaged"), "\(changed.output)")
        #expect(!FileManager.default.fileExists(atPath: restored))
    }
}

extension TestUser {
    /// Whether a strategy of this name was created.
    fileprivate func write(_ name: String) async throws -> Bool {
        try await client.post("/api/v1/strategies", json: #"{"strategy_name":"\#(name)","parameters":{}}"#).status
            == 201
    }
}
