import JSON
import LocalCluster
import Testing

@Suite("A highly available cluster's files")
struct HighAvailabilityFilesTests {
    private let managed = topology(ClusterOptions(replicas: 2, isHighlyAvailable: true))

    @Test("three of each are watched over, and those who watch start after them")
    func processes() {
        #expect(
            managed.processes.prefix { $0.stage <= .watch }.map(\.name) == [
                "etcd-1", "etcd-2", "etcd-3", "postgres-1", "postgres-2", "postgres-3", "redis", "redis-2", "redis-3",
                "redis-cache", "sentinel-1", "sentinel-2", "sentinel-3",
            ])
        let ports = managed.processes.flatMap { [$0.port, $0.adminPort].compactMap { $0 } }
        #expect(Set(ports).count == ports.count)
    }

    @Test("services ask the Sentinels, and no secret is on a command line")
    func settings() throws {
        let gateway = try #require(managed.processes.first { $0.name == "gateway-1" })
        #expect(gateway.environment["REDIS_SENTINELS"] == "127.0.0.1:8591,127.0.0.1:8592,127.0.0.1:8593")
        #expect(gateway.environment["REDIS_MASTER_NAME"] == "cryptodesk")
        for process in managed.processes { #expect(!process.arguments.joined().contains("secret-")) }
        #expect(topology().processes.allSatisfy { $0.environment["REDIS_SENTINELS"] == nil })
    }

    @Test("Patroni confirms a commit by two servers, and has each setting in one place")
    func patroni() {
        let files = PatroniFiles(managed, server: PostgresServer(2))
        let text = files.configuration
        #expect(text.contains("synchronous_mode: true"))
        #expect(text.contains("name: postgres-2\n") && text.contains("listen: 127.0.0.1:8481\n"))
        #expect(files.parameters.contains { $0.name == "password_encryption" && $0.value == "scram-sha-256" })
        for parameter in files.parameters {
            #expect(text.split(separator: "\n").filter { $0.contains(" \(parameter.name): ") }.count == 1)
        }
        // Patroni would ignore these here, or contradict them.
        #expect(!files.parameters.contains { ["cluster_name", "port", "synchronous_standby_names"].contains($0.name) })
    }

    @Test("the first Redis is the master to begin with, and writes need a replica that follows")
    func redis() {
        let files = SentinelFiles(managed)
        #expect(!files.redis(1).contains("replicaof"))
        #expect(files.redis(2).contains("\nreplicaof 127.0.0.1 8580\n"))
        #expect(files.redis(1).contains("\nmin-replicas-to-write 1\n"))
        #expect(files.sentinel(3).contains("\nsentinel monitor cryptodesk 127.0.0.1 8580 2\n"))
    }

    @Test("Patroni's view tells leader, synchronous standbys, and who is away")
    func view() throws {
        let text = """
            {"members": [{"name": "postgres-1", "role": "leader", "state": "running", "timeline": 3},
            {"name": "postgres-2", "role": "sync_standby", "state": "running", "timeline": 3, "lag": 0},
            {"name": "postgres-3", "role": "replica", "state": "start failed", "lag": "unknown"}]}
            """
        let view = try #require(PatroniView(try JSONValue(parsing: text.utf8)))
        #expect(view.leader == PostgresServer(1) && view.timeline == 3)
        #expect(view.synchronous == [PostgresServer(2)])
        #expect(view.running == [PostgresServer(1), PostgresServer(2)])
        #expect(PatroniView(try JSONValue(parsing: #"{"members": []}"#.utf8))?.leader == nil)
        #expect(PatroniView(try JSONValue(parsing: "[]".utf8)) == nil)
    }
}
