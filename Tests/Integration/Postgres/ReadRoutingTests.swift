import Logging
import Postgres
import TestSupport
import Testing

@Suite("Reads from replicas, over real ones", .serialized)
struct ReadRoutingTests {
    /// A statement that says which server answers it.
    private static let who = Statement("test_who", "SELECT 1, 1, current_setting('cluster_name')")

    private static func names(_ cluster: PostgresCluster, _ requirement: ReadRequirement = .none) async throws
        -> Set<String>
    {
        var names: Set<String> = []
        for _ in 0..<30 {
            let answer = try await cluster.read(who, requirement: requirement)
            names.insert(answer.rows.text(0, 2) ?? "")
        }
        return names
    }

    @Test("go to all replicas and spare the primary; strong ones go to the primary")
    func spread() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1", "copy-2"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(2)
                #expect(try await Self.names(cluster) == ["copy-1", "copy-2"])
                let strong = try await Self.names(cluster, ReadRequirement(isStrong: true))
                #expect(strong.isDisjoint(with: ["copy-1", "copy-2"]))
                let status = cluster.status
                #expect(status.epoch == 1 && status.primary?.isUsable == true)
                #expect(Set(status.replicas.map(\.name)) == ["copy-1", "copy-2"])
                for replica in status.replicas { #expect(replica.lag.map { $0 < .seconds(1) } == true) }
            }
        }
    }

    @Test("see what the reader has written, on whichever replica and however far behind that is")
    func readYourWrites() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1", "copy-2"]) { test in
            // So that a paused replica stays in rotation, and only the minimum tells that it is behind.
            let cluster = try test.cluster(routing: ReadRoutingOptions(maximumStaleness: .seconds(60)))
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(2)
                for paused in 0...2 {
                    for replica in test.replicas.prefix(paused) { try await replica.pauseReplay() }
                    for counter in 1...50 {
                        let written = try await cluster.raise(counter)
                        let seen = try await cluster.revision(counter, ReadRequirement(minimum: written))
                        #expect(seen == written, "with \(paused) replicas paused")
                    }
                }
                // The pause was one that shows: without the minimum old rows are read.
                let old = try await cluster.revision(1)
                #expect(old < Revision(epoch: 1, number: 3))
            }
        }
    }

    @Test("are refused when no replica has caught up and the primary may not stand in")
    func behind() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1"]) { test in
            let routing = ReadRoutingOptions(maximumStaleness: .seconds(60), primaryReads: 0)
            let cluster = try test.cluster(routing: routing)
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                try await test.replicas[0].pauseReplay()
                let written = try await cluster.raise()
                let error = await #expect(throws: PostgresError.self) {
                    try await cluster.revision(1, ReadRequirement(minimum: written))
                }
                #expect(error?.code == .behind)
                let strong = try await cluster.revision(1, ReadRequirement(minimum: written, isStrong: true))
                #expect(strong == written)
                try await test.replicas[0].resumeReplay()
                let isSeen = try await eventually {
                    (try? await cluster.revision(1, ReadRequirement(minimum: written))) == written
                }
                #expect(isSeen)
            }
        }
    }

    @Test("that know more than the primary itself are told that it is lost; a newer epoch is waited for")
    func lost() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                for (revision, code) in [
                    (Revision(epoch: 1, number: 1000), PostgresError.Code.revisionLost),
                    (Revision(epoch: 2, number: 0), .behind),
                ] {
                    for isStrong in [false, true] {
                        let error = await #expect(throws: PostgresError.self) {
                            try await cluster.revision(1, ReadRequirement(minimum: revision, isStrong: isStrong))
                        }
                        #expect(error?.code == code)
                    }
                }
            }
        }
    }

    @Test("leave a replica that stopped replaying, and come back to it")
    func staleness() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1", "copy-2"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(2)
                try await test.replicas[0].pauseReplay()
                try await cluster.waitForReplicas(1)
                #expect(try await Self.names(cluster) == ["copy-2"])
                try await test.replicas[1].pauseReplay()
                try await cluster.waitForReplicas(0)
                #expect(try await Self.names(cluster).isDisjoint(with: ["copy-1", "copy-2"]))
                for replica in test.replicas { try await replica.resumeReplay() }
                try await cluster.waitForReplicas(2)
                #expect(try await Self.names(cluster) == ["copy-1", "copy-2"])
            }
        }
    }

    @Test("go on without an error while a replica hangs, dies, and comes back")
    func faults() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1", "copy-2"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(2)
                try await withThrowingTaskGroup(of: Void.self) { readers in
                    for counter in 1...8 {
                        readers.addTask {
                            while !Task.isCancelled {
                                let written = try await cluster.raise(counter)
                                let seen = try await cluster.revision(counter, ReadRequirement(minimum: written))
                                #expect(seen == written)
                            }
                        }
                    }
                    try test.replicas[0].pause()
                    try await cluster.waitForReplicas(1)
                    try test.replicas[0].resume()
                    try await cluster.waitForReplicas(2)
                    try await test.replicas[1].crash()
                    try await cluster.waitForReplicas(1)
                    readers.cancelAll()
                    while let result = await readers.nextResult() {
                        if case .failure(let error as PostgresError) = result { #expect(error.code == .cancelled) }
                    }
                }
            }
        }
    }
}
