import Postgres
import TestSupport
import Testing

@Suite("Writes that wait for a replica, over real servers", .serialized)
struct DurableWriteTests {
    /// Runs a test on a primary that answers a commit once its replica shows it.
    private static func with(
        _ body:
            @Sendable (_ cluster: PostgresCluster, _ primary: PostgresCopy, _ replica: PostgresCopy) async throws ->
            Void
    ) async throws {
        try await ReplicatedDatabase.withOwnPrimary("copy-1", replicas: ["copy-2"]) { primary, test in
            let session = try await primary.session(database: "postgres")
            try await session.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (\"copy-2\")'")
            try await session.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            try await session.execute("SELECT pg_reload_conf()")
            let waits = try await eventually {
                try await session.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum'").count == 1
            }
            #expect(waits)
            let cluster = try test.cluster(
                withPrimary: false, statementTimeout: .seconds(1), deadline: .seconds(2))
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                try await body(cluster, primary, test.replicas[1])
            }
        }
    }

    @Test("are never said to be done while it hangs, keep nobody from reading, and are done once it goes on")
    func hangingReplica() async throws {
        try await Self.with { cluster, primary, replica in
            let written = try await cluster.raise()
            #expect(try await cluster.revision() == written)
            try replica.pause()
            let codes = try await withThrowingTaskGroup(of: PostgresError.Code?.self) { group in
                for counter in 2...21 {
                    group.addTask {
                        do {
                            _ = try await cluster.raise(counter)
                            return nil
                        } catch let error as PostgresError { return error.code }
                    }
                }
                // Reads that must not wait behind a commit: of the primary, as the replica hangs.
                for _ in 0..<50 { _ = try await cluster.revision(1, ReadRequirement(isStrong: true)) }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count == 20)
            #expect(codes.allSatisfy { $0 == .outcomeUnknown || $0 == .deadlineExceeded }, "\(codes)")
            #expect(codes.contains(.outcomeUnknown))
            try await Self.expectNoMoreConnections(cluster, primary)
            try replica.resume()
            let isBack = try await eventually { (try? await cluster.raise(50)) != nil }
            #expect(isBack)
            try await cluster.waitForReplicas(1)
        }
    }

    /// Commits that nobody waits for any more must not pile up on the server.
    private static func expectNoMoreConnections(_ cluster: PostgresCluster, _ primary: PostgresCopy) async throws {
        let session = try await primary.session(database: "postgres")
        for _ in 0..<2 {
            let error = await #expect(throws: PostgresError.self) { try await cluster.raise(30) }
            #expect(error?.code == .outcomeUnknown || error?.code == .deadlineExceeded)
            let connections = try await session.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test'")
            #expect(connections.integer(0, 0) == 3)
        }
    }
}
