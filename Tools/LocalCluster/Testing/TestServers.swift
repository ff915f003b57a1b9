/// A cluster that holds data only, as the tests' environment names it.
package struct TestServers: Sendable {
    private let cluster: RunningCluster

    package init(_ cluster: RunningCluster) { self.cluster = cluster }

    package func environment() throws -> [String: String] {
        let secrets = try SecretFiles.passwords(cluster.layout)
        let folder = cluster.layout.postgresSocketFolder
        let port = cluster.ports.postgres(PostgresServer(1))
        let replica = cluster.ports.postgres(PostgresServer(2))
        return [
            "TEST_POSTGRES_URL": DatabaseRole.superuser.url(socketFolder: folder, port: port, database: "postgres"),
            "TEST_POSTGRES_PASSWORD": secrets.superuser,
            "TEST_POSTGRES_SOCKET_DIR": folder,
            "TEST_POSTGRES_PORT": "\(port)",
            // Follows the other: what is written there is here a moment later.
            "TEST_POSTGRES_REPLICA_URL": DatabaseRole.superuser.url(
                socketFolder: folder, port: replica, database: "postgres"),
            "TEST_POSTGRES_REPLICA_PORT": "\(replica)",
            "TEST_REDIS_URL": "redis://127.0.0.1:\(cluster.ports.redis)/0",
            "TEST_REDIS_PASSWORD": secrets.redis,
        ]
    }
}
