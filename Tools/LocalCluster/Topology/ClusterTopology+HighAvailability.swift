/// The processes of a highly available cluster: etcd keeps who leads, Patroni leads PostgreSQL, Sentinel leads Redis.
///
/// `docs/decisions/0045` says what is promised, and with which times.
extension ClusterTopology {
    /// Members of etcd, Redis servers and Sentinels: of three a majority outlives any one.
    static let memberNumbers = 1...3
    /// What etcd, Patroni and Sentinel call the cluster; PostgreSQL's `cluster_name`.
    static let clusterName = "cryptodesk"

    var etcdMembers: [ProcessSpecification] { Self.memberNumbers.compactMap(etcd) }

    var sentinels: [ProcessSpecification] { Self.memberNumbers.map(sentinel) }

    /// The names of the Redis servers of which one is the master.
    var redisNames: [String] {
        options.isHighlyAvailable ? Self.memberNumbers.map(Self.redisName) : ["redis"]
    }

    static func redisName(_ number: Int) -> String { number == 1 ? "redis" : "redis-\(number)" }

    /// What services read to find the master.
    var sentinelSettings: [String: String] {
        [
            "REDIS_URL": "redis://127.0.0.1:\(ports.redis)/0",
            "REDIS_SENTINELS": Self.memberNumbers.map { "127.0.0.1:\(ports.sentinel($0))" }.joined(separator: ","),
            "REDIS_MASTER_NAME": Self.clusterName,
        ]
    }

    /// A PostgreSQL server's data.
    package func postgresFolder(_ server: PostgresServer) -> String {
        options.isHighlyAvailable ? layout.patroniFolder(server) + "/data" : layout.postgresFolder(server)
    }

    private func etcd(_ number: Int) -> ProcessSpecification? {
        guard let program = programs.etcd else { return nil }
        let peers = Self.memberNumbers.map { "etcd-\($0)=http://127.0.0.1:\(ports.etcdPeer($0))" }
        let client = "http://127.0.0.1:\(ports.etcd(number))"
        let peer = "http://127.0.0.1:\(ports.etcdPeer(number))"
        return ProcessSpecification(
            name: "etcd-\(number)", stage: .coordination, executable: program,
            arguments: [
                "--name", "etcd-\(number)", "--data-dir", layout.etcdFolder(number) + "/data",
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", peers.joined(separator: ","), "--initial-cluster-state", "new",
                "--initial-cluster-token", Self.clusterName, "--auto-compaction-retention", "1",
                "--logger", "zap", "--log-level", "warn",
            ],
            environment: Self.commonEnvironment, role: .etcd, port: ports.etcd(number), adminPort: nil,
            readiness: .http(port: ports.etcd(number), path: "/health"), stopping: .etcd, parentDeathSignal: .kill)
    }

    /// Patroni, which starts, stops and promotes the server of its name.
    func patroni(_ server: PostgresServer, _ program: String) -> ProcessSpecification {
        let port = ports.postgres(server)
        var environment = Self.commonEnvironment
        environment["PATH"] = programs.postgresFolder + ":" + (environment["PATH"] ?? "")
        return ProcessSpecification(
            name: server.name, stage: .data, executable: program, arguments: [layout.patroniConfiguration(server)],
            environment: environment, role: .postgres, port: port, adminPort: ports.patroni(server),
            readiness: .postgres(socket: "\(layout.postgresSocketFolder)/.s.PGSQL.\(port)"), stopping: .patroni,
            // Its PostgreSQL is no child of it, and is stopped by it alone.
            parentDeathSignal: .terminate, dataFolder: layout.patroniFolder(server), startLimit: .seconds(120))
    }

    private func sentinel(_ number: Int) -> ProcessSpecification {
        let name = "sentinel-\(number)"
        return ProcessSpecification(
            name: name, stage: .watch, executable: programs.redisServer,
            arguments: [layout.rewrittenConfiguration(name), "--sentinel"], environment: Self.commonEnvironment,
            role: .redis, port: ports.sentinel(number), adminPort: nil,
            readiness: .tcp(port: ports.sentinel(number)), stopping: .redis, parentDeathSignal: .kill)
    }
}
