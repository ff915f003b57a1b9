import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

/// What became of the statements of a test's clients.
private final class Outcomes: Sendable {
    private let counts = Mutex<(reads: Int, writes: Int, errors: [PostgresError])>((0, 0, []))

    var reads: Int { counts.withLock { $0.reads } }
    var writes: Int { counts.withLock { $0.writes } }
    var errors: [PostgresError] { counts.withLock { $0.errors } }

    /// Runs one client until its task is cancelled.
    func record(
        _ kind: any WritableKeyPath<(reads: Int, writes: Int, errors: [PostgresError]), Int> & Sendable,
        _ statement: () async throws -> Void
    ) async {
        while !Task.isCancelled {
            do {
                try await statement()
                counts.withLock { $0[keyPath: kind] += 1 }
            } catch let error as PostgresError {
                if error.code != .cancelled { counts.withLock { $0.errors.append(error) } }
            } catch {}
        }
    }
}

@Suite("A primary that goes away, over real servers", .serialized)
struct FailoverTests {
    private static let who = Statement("test_who", "SELECT 1, 1, current_setting('cluster_name')")

    /// Reads and writes all the time while `body` runs.
    private static func underLoad(
        _ cluster: PostgresCluster, _ body: @Sendable (Outcomes) async throws -> Void
    ) async throws -> Outcomes {
        let outcomes = Outcomes()
        try await withThrowingTaskGroup(of: Void.self) { clients in
            for counter in 1...4 {
                clients.addTask { await outcomes.record(\.writes) { _ = try await cluster.raise(counter) } }
                clients.addTask { await outcomes.record(\.reads) { _ = try await cluster.revision(counter) } }
            }
            try await body(outcomes)
            clients.cancelAll()
            try await clients.waitForAll()
        }
        return outcomes
    }

    private static func progress(
        _ outcomes: Outcomes, _ count: @Sendable (Outcomes) -> Int, by more: Int = 20
    ) async throws -> Bool {
        let before = count(outcomes)
        return try await eventually { count(outcomes) >= before + more }
    }

    @Test("reads go on while it is away, and writes do after the promotion; no statement waits in vain")
    func promotion() async throws {
        try await ReplicatedDatabase.withOwnPrimary("copy-1", replicas: ["copy-2"]) { primary, test in
            let cluster = try test.cluster(withPrimary: false, deadline: .seconds(30))
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                #expect(cluster.status.epoch == 2)
                let outcomes = try await Self.underLoad(cluster) { outcomes in
                    #expect(try await Self.progress(outcomes) { $0.writes })
                    try await primary.crash()
                    #expect(try await Self.progress(outcomes, { $0.reads }, by: 200))
                    try await test.replicas[1].promote(test.database, epoch: nil)
                    // Nobody has said that it is the primary.
                    #expect(try await Self.progress(outcomes, { $0.reads }, by: 200))
                    #expect(cluster.status.primary?.name != "copy-2" && !cluster.isPrimaryReady)
                    try await test.replicas[1].beginEpoch(3, test.database)
                    #expect(try await Self.progress(outcomes) { $0.writes })
                    #expect(cluster.status.epoch == 3 && cluster.status.primary?.name == "copy-2")
                }
                // Writes that were under way when it died, at most one for each client.
                #expect(outcomes.errors.allSatisfy { $0.code == .outcomeUnknown }, "\(outcomes.errors)")
                #expect(outcomes.errors.count <= 4)
            }
        }
    }

    @Test("one that was replaced gets nothing any more, though it still takes writes")
    func replaced() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                let outcomes = try await Self.underLoad(cluster) { outcomes in
                    #expect(try await Self.progress(outcomes) { $0.writes })
                    try await test.replicas[0].promote(test.database, epoch: 2)
                    #expect(try await eventually { cluster.status.primary?.name == "copy-1" })
                    #expect(try await Self.progress(outcomes) { $0.writes })
                }
                #expect(outcomes.errors.allSatisfy { $0.code == .outcomeUnknown }, "\(outcomes.errors)")
                let old = try await test.database.session()
                let sum = "SELECT sum(value) FROM counters"
                let before = try await old.execute(sum).integer(0, 0)
                for _ in 0..<20 { #expect(try await cluster.raise().epoch == 2) }
                #expect(try await old.execute(sum).integer(0, 0) == before)
                let strong = try await cluster.read(Self.who, requirement: ReadRequirement(isStrong: true))
                #expect(strong.rows.text(0, 2) == "copy-1")
                #expect(cluster.status.replicas.allSatisfy { !$0.isInRotation })
            }
        }
    }

    @Test("one that hangs for a while costs time and no error")
    func hangs() async throws {
        try await ReplicatedDatabase.withOwnPrimary("copy-1", replicas: ["copy-2"]) { primary, test in
            let cluster = try test.cluster(withPrimary: false, deadline: .seconds(30))
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                let outcomes = try await Self.underLoad(cluster) { outcomes in
                    #expect(try await Self.progress(outcomes) { $0.writes })
                    try primary.pause()
                    #expect(try await eventually { !cluster.isPrimaryReady })
                    #expect(try await Self.progress(outcomes, { $0.reads }, by: 200))
                    try primary.resume()
                    #expect(try await Self.progress(outcomes) { $0.writes })
                }
                #expect(outcomes.errors.isEmpty, "\(outcomes.errors)")
            }
        }
    }

    @Test("without any, reads are answered and writes are refused after their deadline, as not executed")
    func gone() async throws {
        try await ReplicatedDatabase.withOwnPrimary("copy-1", replicas: ["copy-2"]) { primary, test in
            let cluster = try test.cluster(withPrimary: false, deadline: .seconds(1))
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                let written = try await cluster.raise()
                let isReplicated = try await eventually { try await cluster.revision() == written }
                #expect(isReplicated)
                try await primary.crash()
                #expect(try await eventually { !cluster.isPrimaryReady })
                let error = await #expect(throws: PostgresError.self) { try await cluster.raise() }
                #expect(error?.code == .unavailable)
                let revision = try await cluster.revision(1, ReadRequirement(minimum: written))
                #expect(revision == written)
                #expect(cluster.isReady)
                let strong = await #expect(throws: PostgresError.self) {
                    try await cluster.revision(1, ReadRequirement(isStrong: true))
                }
                #expect(strong?.code == .unavailable)
                let newer = await #expect(throws: PostgresError.self) {
                    try await cluster.revision(1, ReadRequirement(minimum: Revision(epoch: 2, number: 99)))
                }
                #expect(newer?.code == .behind)
            }
        }
    }

    @Test("a write that it refuses as read-only is sent again once somebody takes it, alone or in a transaction")
    func readOnly() async throws {
        try await ReplicatedDatabase.withOwnPrimary("copy-1", replicas: []) { primary, test in
            let cluster = try test.cluster(withPrimary: false)
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(0)
                let before = try await cluster.raise()
                let session = try await primary.session(database: "postgres")
                try await session.execute("ALTER SYSTEM SET default_transaction_read_only = on")
                try await session.execute("SELECT pg_reload_conf()")
                let isReadOnly = try await eventually {
                    try await session.execute("SHOW default_transaction_read_only").text(0, 0) == "on"
                }
                #expect(isReadOnly)
                let attempts = Mutex(0)
                async let write = cluster.raise()
                async let transaction = cluster.transaction { transaction in
                    attempts.withLock { $0 += 1 }
                    return try await transaction.execute(ReplicatedDatabase.write, [.integer(2)]).integer(0, 1)
                }
                #expect(try await eventually { attempts.withLock { $0 } > 1 })
                try await session.execute("SET default_transaction_read_only = off")
                try await session.execute("ALTER SYSTEM RESET default_transaction_read_only")
                try await session.execute("SELECT pg_reload_conf()")
                let after = try await write
                #expect(after.number == before.number + 1)
                #expect(try await transaction == 1)
            }
        }
    }
}

@Suite("The revision that a read returns, over real servers")
struct ReadSnapshotTests {
    /// Reads while others write, and says whether any answer's value was not its revision's.
    private static func findsDisagreement(
        _ cluster: PostgresCluster, within timeout: Duration,
        _ reader: @escaping @Sendable () async throws -> (revision: Revision, value: Int?)
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Void.self) { writers in
            for _ in 0..<4 {
                writers.addTask { while !Task.isCancelled { _ = try? await cluster.raise() } }
            }
            defer { writers.cancelAll() }
            return try await eventually(within: timeout) {
                let answer = try await reader()
                return answer.value != answer.revision.number
            }
        }
    }

    @Test("is that of its rows; one from another snapshot would be noticed")
    func sameSnapshot() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                let isWrong = try await Self.findsDisagreement(cluster, within: .seconds(2)) {
                    let answer = try await cluster.read(ReplicatedDatabase.read, [1])
                    return (answer.revision, answer.rows.integer(0, 2))
                }
                #expect(!isWrong)
                let isMutantCaught = try await Self.findsDisagreement(cluster, within: .seconds(20)) {
                    let revision = try await cluster.revision()
                    return (revision, try await cluster.read(ReplicatedDatabase.read, [1]).rows.integer(0, 2))
                }
                #expect(isMutantCaught)
            }
        }
    }
}
