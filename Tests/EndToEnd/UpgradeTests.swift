import Foundation
import TestSupport
import Testing

@Suite("Upgrades", .serialized, .enabled(if: TestEnvironment.isSlow), .timeLimit(.minutes(120)))
struct UpgradeTests {
    @Test("the version before is rolled to this one under load, with a migration, and back: no request fails")
    func rolled() async throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "upgrade-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        let older = try await Release.previous(in: scratch)
        let newer = try Release.current()
        let installed = try InstalledRelease(older, in: scratch.appending(path: "installed"))
        let cluster = try await ClusterUnderTest.start(executable: installed.desk)
        let user = try await TestUser.make(cluster)
        let load = Load(user)
        try await load.run(readers: 4, writers: 2) {
            #expect(try await eventually { load.now.confirmed.count > 20 })
            // The schema first: the older version goes on with it (expand), and nothing is taken away yet (contract).
            try await migrate(cluster)
            try await roll(cluster, to: newer, installed, load)
            try await roll(cluster, to: older, installed, load)
        }
        let record = load.now
        #expect(record.failedReads.isEmpty, "\(record.failedReads.count): \(record.failedReads.prefix(5))")
        #expect(record.failedWrites.isEmpty, "\(record.failedWrites.count): \(record.failedWrites.prefix(5))")
        #expect(
            record.unproven.isEmpty && record.unknown.isEmpty,
            "\(record.unproven.prefix(3)) \(record.unknown.prefix(3))")
        let stored = Set(
            try await cluster.query(
                "primary", "select strategy_name from trading_strategies where user_id = \(user.id)"
            ).split(separator: "\n").map(String.init))
        #expect(record.confirmed.allSatisfy(stored.contains), "a confirmed write is not there")
        print("upgrade and back: \(record.reads) reads and \(record.confirmed.count) writes, none failed")
        _ = try await cluster.stop()
        try await Release.forgetClones(in: scratch)
    }

    /// What this version's schema has more than the older one's, and a column beside: each upgrade has one at least.
    private func migrate(_ cluster: ClusterUnderTest) async throws {
        let (output, status) = try await cluster.desk("migrate")
        #expect(status == 0, "\(output)")
        try await cluster.query(
            "primary",
            "set lock_timeout = '2s'; alter table trading_strategies add column expanded_by_a_test text default 'new'")
    }

    private func roll(
        _ cluster: ClusterUnderTest, to release: Release, _ installed: InstalledRelease, _ load: Load
    ) async throws {
        try installed.replace(with: release)
        let before = try await cluster.processes()
        for service in ["auth", "strategies", "gateway"] {
            for number in 1...2 {
                let (output, status) = try await cluster.desk("restart", "\(service)-\(number)")
                #expect(status == 0, "\(output)\n\(cluster.output)")
            }
        }
        let after = try await cluster.processes()
        for process in after where Release.programs.contains(where: { process.name.hasPrefix($0 + "-") }) {
            #expect(before.first { $0.name == process.name }?.id != process.id, "\(process.name) is the old process")
        }
        let answered = load.now.reads
        #expect(try await eventually { load.now.reads > answered + 50 })
    }
}
