import Foundation
import TestSupport
import Testing

@Suite("Durable mode", .serialized)
struct DurableModeTests {
    @Test("it takes two replicas, and says so")
    func replicas() async throws {
        let (output, status) = try await ClusterUnderTest.run(["up", "--durable", "--data", "/tmp/cryptodesk-none"])
        #expect(status != 0 && output.contains("--durable needs at least 2 replicas"))
    }

    @Test("the primary is killed under write load and another promoted: nothing that was confirmed is lost")
    func nothingIsLost() async throws {
        let cluster = try await ClusterUnderTest.start(["--replicas", "2", "--durable"])
        let user = try await TestUser.make(cluster)
        let load = Load(user)
        try await load.run(readers: 1, writers: 4) {
            var primary = 1
            for _ in 0..<(TestEnvironment.isSlow ? 8 : 2) {
                let before = load.now.confirmed.count
                #expect(try await eventually { load.now.confirmed.count > before + 20 })
                let next = primary % 3 + 1
                #expect(try await cluster.desk("kill", "primary").status == 0)
                // The other one may have what this one has not; then it says so.
                var (output, status) = try await cluster.desk("promote", "postgres-\(next)")
                let other = next % 3 + 1
                primary = next
                if status != 0, output.contains("is ahead of") {
                    (output, status) = try await cluster.desk("promote", "postgres-\(other)")
                    primary = other
                }
                #expect(status == 0, "\(output)")
                let after = load.now.confirmed.count
                #expect(try await eventually { load.now.confirmed.count > after + 5 }, "no write after the promotion")
                let areFollowing = try await eventually(within: .seconds(60)) {
                    let databases = try await cluster.databases()
                    return databases.filter { $0.role == "standby" && $0.lagBytes != nil }.count == 2
                }
                #expect(areFollowing, "\(cluster.output)")
                // The end of the operation, not only of what it shows.
                let name = "postgres-\(primary)"
                #expect(try await eventually(within: .seconds(30)) { cluster.output.contains("follows \(name)") })
            }
        }
        let record = load.now
        let stored = Set(
            try await cluster.query(
                "primary", "select strategy_name from trading_strategies where user_id = \(user.id)"
            ).split(separator: "\n").map(String.init))
        let lost = record.confirmed.filter { !stored.contains($0) }
        #expect(lost.isEmpty, "\(lost.count) of \(record.confirmed.count) confirmed writes are lost: \(lost.prefix(3))")
        print(
            "durable mode: \(record.confirmed.count) confirmed, \(record.unknown.count) of unknown outcome, "
                + "\(record.failedWrites.count) refused, none of the confirmed lost")
        let cut = record.failedWrites.filter { !$0.contains(": 503 ") }
        #expect(cut.isEmpty, "\(cut.prefix(3))")
        _ = try await cluster.stop()
    }
}
