import Glibc
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
                for replica in status.replicas { #expect(replica.lag != nil) }
            }
        }
    }

    @Test("that take longer than a replica may are the primary's, and the replica stays for the others")
    func slow() async throws {
        try await ReplicatedDatabase.with(replicas: ["copy-1"]) { test in
            let cluster = try test.cluster()
            try await withRunning(cluster) {
                try await cluster.waitForReplicas(1)
                let sleep = Statement("test_sleep", "SELECT 1, 1, current_setting('cluster_name') FROM pg_sleep(1)")
                let answer = try await cluster.read(sleep)
                #expect(answer.rows.text(0, 2) != "copy-1")
                #expect(try await eventually { try await Self.names(cluster) == ["copy-1"] })
            }
        }
    }

    @Test("do not notice a server that takes connections and never says anything")
    func blackHole() async throws {
        try await TestDatabase.with { database in
            let hole = try SilentListener()
            let urls = [try database.url(.strategies), "postgresql://nobody@127.0.0.1:\(hole.port)/nothing"]
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let cluster = try PostgresCluster(
                configurations: try urls.map { url in
                    try PostgresConfiguration(url: url, password: TestDatabase.password, applicationName: "test")
                }, logger: logger)
            try await withRunning(cluster) {
                for _ in 0..<50 { _ = try await cluster.read(Self.who) }
                #expect(cluster.isPrimaryReady)
                #expect(cluster.status.replicas.map(\.isInRotation) == [false])
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

/// A port of this machine where connections are taken and nobody answers.
private final class SilentListener: Sendable {
    struct Failed: Error {}

    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let own = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(own, $0, length) == 0 && listen(own, 100) == 0 && getsockname(own, $0, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isListening else { throw Failed() }
    }

    deinit { close(descriptor) }
}
