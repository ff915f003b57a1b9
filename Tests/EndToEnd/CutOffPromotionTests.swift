import Foundation
import TestSupport
import Testing

@Suite("A promotion whose supervisor dies", .serialized)
struct CutOffPromotionTests {
    @Test(
        "it goes on at the next start, there is one primary, and nothing that was confirmed is lost",
        arguments: TestEnvironment.isSlow ? [0, 50, 100, 150, 200, 300, 400, 600, 800, 1200] : [0, 150, 400])
    func cutOff(milliseconds: Int) async throws {
        let folder = ClusterUnderTest.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var cluster = try await DataCluster.start(folder: folder)
        try await cluster.query("primary", "create table marks as select 7 as mark")
        try await Self.killDuringPromotion(cluster, after: milliseconds) {
            Self.text(folder + "/primary.json").contains("postgres-2")
        }

        cluster = try await DataCluster.start(folder: folder)
        let isOver = try await eventually(within: .seconds(30)) {
            try await cluster.databases().map(\.role) == ["standby", "primary"]
        }
        #expect(isOver, "\(cluster.output)")
        #expect(Self.text(folder + "/primary.json").contains("steady"))
        #expect(try await cluster.query("primary", "select mark from marks") == "7")
        #expect(try await Self.epochs(cluster) == "1 postgres-1, 2 postgres-2")
        try await cluster.query("primary", "insert into marks values (8)")
        let hasArrived = try await eventually {
            (try? await cluster.query("postgres-1", "select count(*) from marks")) == "2"
        }
        #expect(hasArrived)
        _ = try await cluster.stop()
    }

    @Test("the fenced folder of the old primary does not start as a primary by hand either")
    func byHand() async throws {
        let folder = ClusterUnderTest.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var cluster = try await DataCluster.start(folder: folder)
        // Without a new primary there is nothing to be rewound to: the fence stays for us to see.
        try await Self.killDuringPromotion(cluster, after: 0) {
            FileManager.default.fileExists(atPath: folder + "/postgres-1/cryptodesk.fenced")
        }
        if FileManager.default.fileExists(atPath: folder + "/postgres-1/cryptodesk.fenced") {
            #expect(try await Self.isStandbyByHand(folder + "/postgres-1", secrets: folder + "/secrets"))
        }
        cluster = try await DataCluster.start(folder: folder)
        #expect(try await cluster.database("postgres-2").role == "primary")
        #expect(try await cluster.database("postgres-1").role == "standby")
        _ = try await cluster.stop()
    }

    private static func killDuringPromotion(
        _ cluster: ClusterUnderTest, after milliseconds: Int, when condition: () -> Bool
    ) async throws {
        async let promotion = cluster.desk("promote", "postgres-2")
        let hasBegun = try await eventually(within: .seconds(10)) { condition() }
        try #require(hasBegun)
        try await Task.sleep(for: .milliseconds(milliseconds))
        let processes = try await cluster.databases().compactMap(\.id)
        kill(cluster.supervisorID, SIGKILL)
        _ = try? await promotion
        _ = try await eventually { processes.allSatisfy { !ClusterUnderTest.isAlive($0) } }
    }

    private static func epochs(_ cluster: ClusterUnderTest) async throws -> String {
        try await cluster.query(
            "primary", "select string_agg(epoch || ' ' || server, ', ' order by epoch) from primary_epochs")
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    /// Starts the server of a folder as an operator might, and asks it what it is.
    private static func isStandbyByHand(_ folder: String, secrets: String) async throws -> Bool {
        let sockets = "/tmp/cryptodesk-byhand-\(UUID().uuidString.prefix(8))"
        let account = geteuid() == 0 ? "runuser -u postgres -- " : ""
        let script = """
            set -e
            bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
            mkdir -m 700 \(sockets)
            [ $(id -u) -ne 0 ] || chown postgres \(sockets)
            cd /
            \(account)$bin/postgres -D \(folder) -k \(sockets) -c listen_addresses= \
                -c max_connections=300 -c max_wal_senders=20 -c max_replication_slots=20 >/dev/null 2>&1 &
            export PGPASSWORD=$(cat \(secrets)/postgres.password)
            for _ in $(seq 100); do
                answer=$(psql -h \(sockets) -U postgres -qAtXc 'select pg_is_in_recovery()' 2>/dev/null) && break
                sleep 0.1
            done
            kill -INT $(head -n 1 \(folder)/postmaster.pid)
            wait
            rm -rf \(sockets)
            [ "$answer" = t ]
            """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        try process.run()
        _ = try await eventually(within: .seconds(30)) { !process.isRunning }
        return !process.isRunning && process.terminationStatus == 0
    }
}
