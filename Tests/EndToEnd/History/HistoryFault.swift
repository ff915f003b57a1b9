import TestSupport

/// What happens to the database's servers while a history runs.
enum HistoryFault: CaseIterable, Sendable {
    case replicaLags
    case replicaPauses
    case replicaDies
    case primaryPauses
    case promotionOfEqual
    /// Standbys that were cut off take over from a primary that has confirmed more than they have.
    case promotionAfterLoss
}

/// Does the faults to a cluster of three PostgreSQL servers, one after the other, and waits until each is over.
struct HistoryFaults {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    let cluster: ClusterUnderTest
    /// Grows while writes are confirmed.
    let written: @Sendable () -> Int
    /// By the history's clock.
    let now: @Sendable () -> Duration
    var random: SeededGenerator
    private(set) var promotions = 0
    /// What happened when, for a person who looks for a violation's cause.
    private(set) var timeline: [String] = []
    /// When there was no primary.
    private(set) var primaryAway: [Range<Duration>] = []

    init(_ cluster: ClusterUnderTest, seed: UInt64, of history: RealHistory) {
        self.cluster = cluster
        written = { history.written }
        now = { history.recorder.now }
        random = SeededGenerator(seed: seed)
    }

    mutating func carryOut(_ fault: HistoryFault) async throws {
        timeline.append("\(now()) \(fault)")
        let standbys = try await names("standby").shuffled(using: &random)
        guard standbys.count == 2 else { throw Failed(description: "two standbys were expected: \(standbys)") }
        switch fault {
        case .replicaLags:
            try await set(standbys[0], "recovery_min_apply_delay = '400ms'")
            try await waitForWrites(30)
            try await reset(standbys[0], "recovery_min_apply_delay")
        case .replicaPauses:
            try await run("pause", standbys[0])
            try await waitForWrites(30)
            try await run("resume", standbys[0])
        case .replicaDies:
            try await run("kill", standbys[0])
            try await waitForWrites(10)
        case .primaryPauses:
            let since = now()
            try await run("pause", "primary")
            // For longer than what is known of a server is remembered, and shorter than a statement's deadline.
            try await Task.sleep(for: .milliseconds(Int.random(in: 500...2500, using: &random)))
            try await run("resume", "primary")
            primaryAway.append(since..<now())
        case .promotionOfEqual: try await promote(standbys, primaryAwaySince: now())
        case .promotionAfterLoss:
            for standby in standbys { try await set(standby, "primary_conninfo = 'host=127.0.0.1 port=1'") }
            let areCut = try await eventually { try await receivers(standbys) == 0 }
            guard areCut else { throw Failed(description: "the standbys go on receiving") }
            try await waitForWrites(20)
            let since = now()
            try await run("pause", "primary")
            for standby in standbys { try await reset(standby, "primary_conninfo") }
            try await promote(standbys, primaryAwaySince: since)
        }
        try await waitForWrites(5)
        try await waitUntilAllFollow()
    }

    // MARK: Steps

    private mutating func promote(_ standbys: [String], primaryAwaySince since: Duration) async throws {
        let isPromoted = try await eventually(within: .seconds(60)) {
            for standby in standbys {
                let (output, status) = try await cluster.desk("promote", standby)
                if status == 0 { return true }
                // The other one may have more, and the promotion before may not be over.
                let isTemporary = ["is ahead of", "One thing at a time", "is not a running standby"]
                    .contains { output.contains($0) }
                guard isTemporary else { throw Failed(description: output) }
            }
            return false
        }
        guard isPromoted else { throw Failed(description: "no promotion came about") }
        promotions += 1
        primaryAway.append(since..<now())
        timeline.append("no primary in \(since..<now())")
    }

    private func waitForWrites(_ count: Int) async throws {
        let before = written()
        guard try await eventually(within: .seconds(60), { written() >= before + count }) else {
            throw Failed(description: "writes stand still: \(cluster.output.suffix(2000))")
        }
    }

    private func waitUntilAllFollow() async throws {
        let isSo = try await eventually(within: .seconds(90)) {
            let databases = try await cluster.databases()
            return databases.count { $0.role == "primary" } == 1
                && databases.count { $0.role == "standby" && $0.lagBytes != nil && $0.isReady } == 2
                && Set(databases.map(\.epoch)).count == 1
        }
        guard isSo else { throw Failed(description: "not all follow: \(cluster.output.suffix(2000))") }
    }

    private func names(_ role: String) async throws -> [String] {
        var found: [String] = []
        let isComplete = try await eventually(within: .seconds(60)) {
            found = try await cluster.databases().filter { $0.role == role }.map(\.name)
            return found.count == (role == "primary" ? 1 : 2)
        }
        return isComplete ? found : []
    }

    private func run(_ command: String, _ server: String) async throws {
        let (output, status) = try await cluster.desk(command, server)
        guard status == 0 else { throw Failed(description: "\(command) \(server): \(output)") }
    }

    private func set(_ server: String, _ setting: String) async throws {
        try await cluster.query(server, "alter system set \(setting)")
        try await cluster.query(server, "select pg_reload_conf()")
    }

    private func reset(_ server: String, _ name: String) async throws {
        try await cluster.query(server, "alter system reset \(name)")
        try await cluster.query(server, "select pg_reload_conf()")
    }

    private func receivers(_ standbys: [String]) async throws -> Int {
        var count = 0
        for standby in standbys {
            count += Int(try await cluster.query(standby, "select count(*) from pg_stat_wal_receiver")) ?? 0
        }
        return count
    }
}
