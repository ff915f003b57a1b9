import Foundation
import TestSupport
import Testing

@Suite("Restarts", .serialized)
struct RestartTests {
    @Test("every process is restarted under constant reads and writes: none fails, and no write is lost or done twice")
    func all() async throws {
        let cluster = try await ClusterUnderTest.start()
        let user = try await TestUser.make(cluster)
        let load = Load(user)
        let before = try await cluster.processes()
        try await load.run(readers: 4, writers: 2) {
            let runs = TestEnvironment.isSlow ? 5 : 1
            for _ in 0..<runs {
                let before = Self.restartCount(cluster)
                async let restart = cluster.desk("restart", "all")
                #expect(try await eventually(within: .seconds(60)) { Self.restartCount(cluster) > before })
                let isRefused = try await eventually {
                    try await cluster.desk("restart", "redis-cache").output.contains("One thing at a time")
                }
                #expect(isRefused)
                let (output, status) = try await restart
                #expect(status == 0, "\(output)\n\(cluster.output)")
                #expect(output.contains("gateway-2 restarted") && output.contains("nginx renewed its workers"))
            }
            let answered = load.now.reads
            #expect(try await eventually { load.now.reads > answered + 20 })
        }
        let after = try await cluster.processes()
        let kept = before.filter { old in after.contains { $0.name == old.name && $0.id == old.id } }.map(\.name)
        #expect(kept == ["nginx"], "all but nginx, whose workers change, are new processes")
        let record = load.now
        #expect(record.unproven.isEmpty, "\(record.unproven.count): \(record.unproven.prefix(5))")
        #expect(record.failedReads.isEmpty, "\(record.failedReads.count): \(record.failedReads.prefix(5))")
        #expect(
            record.failedWrites.isEmpty && record.unknown.isEmpty,
            "\(record.failedWrites.prefix(5)) \(record.unknown.prefix(5))")
        #expect(record.reads > 100 && record.confirmed.count > 20)
        let counts = try await cluster.query(
            "primary", "select strategy_name, count(*) from trading_strategies where user_id = \(user.id) group by 1"
        ).split(separator: "\n").map(String.init)
        let once = Set(counts.filter { $0.hasSuffix("|1") }.map { String($0.dropLast(2)) })
        #expect(once.count == counts.count, "a write was done twice")
        #expect(record.confirmed.allSatisfy(once.contains), "a confirmed write is not there")
        print(
            "restart all: \(record.reads) reads and \(record.confirmed.count) writes; refused or failed: "
                + "\(record.unproven.count) unproven, \(record.failedReads.count) reads, \(record.failedWrites.count) "
                + "writes, \(record.unknown.count) of unknown outcome")
        _ = try await cluster.stop()
    }

    private static func restartCount(_ cluster: ClusterUnderTest) -> Int {
        cluster.output.components(separatedBy: " restarted ").count
    }

    @Test("a name that there is not is refused, and one process can be restarted alone")
    func one() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let wrong = try await cluster.desk("restart", "gateway-9")
        #expect(wrong.status == 1 && wrong.output.contains("There is no process gateway-9"))
        let before = try await cluster.processes().first { $0.name == "redis-cache" }?.id
        let (output, status) = try await cluster.desk("restart", "redis-cache", "--json")
        #expect(status == 0 && output.contains(#"{"restarted":["redis-cache"]}"#), "\(output)")
        #expect(try await cluster.processes().first { $0.name == "redis-cache" }?.id != before)
        #expect(try await cluster.waitUntilReady())
    }
}
