import LocalCluster

/// A topology for tests, whose programs and folders need not exist.
func topology(
    _ options: ClusterOptions = ClusterOptions(), folder: String = "/data", record: PrimaryRecord = .first
) -> ClusterTopology {
    ClusterTopology(
        options: options, layout: ClusterLayout(folder: folder, shortRunFolder: "/tmp/short"),
        programs: ServerPrograms(
            postgresFolder: "/pg/bin", redisServer: "/bin/redis-server", redisClient: "/bin/redis-cli",
            nginx: "/sbin/nginx", patroni: "/bin/patroni", etcd: "/bin/etcd", servicesFolder: "/build",
            monolith: MonolithProgram(python: "/build/monolith/bin/python", folder: "/repository/Examples/Monolith")),
        secrets: ClusterSecrets(
            superuser: "secret-superuser", owner: "secret-owner", auth: "secret-auth", strategies: "secret-strategies",
            replication: "secret-replication", redis: "secret-redis", patroni: "secret-patroni",
            consistency: "secret-consistency",
            secondFactor: "secret-mfa", monolith: "secret-monolith", monolithTokens: "secret-monolith-tokens",
            monolithBridge: "secret-monolith-bridge"),
        gatewayConfiguration: "/repository/gateway.yaml", commonPasswords: "/repository/common.txt", record: record)
}
