import FoundationEssentials

/// Writes the servers' configuration files into the data folder, each readable by the one who needs it.
struct ConfigurationWriter {
    let topology: ClusterTopology
    /// The repository, whose `deploy/nginx`, `deploy/postgres`, `deploy/documentation`, `docs/openapi.yaml` and published
    /// dashboard are used.
    let repository: String

    private var layout: ClusterLayout { topology.layout }

    /// - Parameter primary: the PostgreSQL server that the others follow.
    func write(primary: PostgresServer) throws {
        let folder = layout.configurationFolder
        try WALScripts(repository: repository).write(to: layout)
        try writePostgres(primary: primary)
        let postgres = PostgresFiles(topology, primary: primary)
        try Files.write(
            postgres.replicationPassword, to: layout.replicationPasswordFile, mode: 0o600,
            owner: .unprivileged(for: .postgres))
        try Files.write(postgres.clientAuthentication, to: folder + "/pg_hba.conf")
        try Files.write("", to: folder + "/pg_ident.conf")
        let redis = RedisFiles(topology)
        let ports = topology.ports
        if topology.options.isHighlyAvailable { try writeHighAvailability() }
        try writeRedis("redis", redis.configuration("redis", port: ports.redis, purpose: .state))
        try writeRedis("redis-cache", redis.configuration("redis-cache", port: ports.redisCache, purpose: .cache))
        for process in topology.processes {
            try Files.makeFolder(
                layout.workingFolder(process.name), mode: 0o700, owner: .unprivileged(for: process.role))
        }
        if topology.options.hasNginx { try writeNginx() }
    }

    /// What changes with a promotion.
    ///
    /// - Parameters:
    ///   - server: only this one's.
    ///   - upstream: whom that one follows, if that is not the primary.
    ///   - takesWrites: false shortly before the primary is stopped.
    func writePostgres(
        primary: PostgresServer, only server: PostgresServer? = nil, following upstream: PostgresServer? = nil,
        takesWrites: Bool = true
    ) throws {
        let files = PostgresFiles(topology, primary: primary, archive: BackupArchive(of: layout))
        for server in server.map({ [$0] }) ?? topology.postgresServers {
            try Files.write(
                files.configuration(of: server, following: upstream, takesWrites: takesWrites),
                to: layout.postgresConfiguration(server))
        }
    }

    /// What Patroni reads is written at every start, what Redis and Sentinel rewrite is written once.
    private func writeHighAvailability() throws {
        let postgres = Account.unprivileged(for: .postgres)
        let redis = Account.unprivileged(for: .redis)
        for server in topology.postgresServers {
            let files = PatroniFiles(topology, server: server)
            try Files.makeFolder(layout.patroniFolder(server), mode: 0o700, owner: postgres)
            try Files.write(
                files.configuration, to: layout.patroniConfiguration(server), mode: 0o600, owner: postgres)
            try Files.write(files.callbackPassword, to: files.callbackPasswordFile, mode: 0o600, owner: postgres)
        }
        let files = SentinelFiles(topology)
        for number in ClusterTopology.memberNumbers {
            try Files.makeFolder(layout.etcdFolder(number), mode: 0o700, owner: .unprivileged(for: .etcd))
            let redisName = ClusterTopology.redisName(number)
            for (name, text) in [(redisName, files.redis(number)), ("sentinel-\(number)", files.sentinel(number))] {
                try Files.makeFolder(layout.redisFolder(name), mode: 0o700, owner: redis)
                let path = layout.rewrittenConfiguration(name)
                if !Files.exists(path) { try Files.write(text, to: path, mode: 0o600, owner: redis) }
            }
        }
    }

    private func writeRedis(_ name: String, _ text: String) throws {
        // The password is in it.
        try Files.write(
            text, to: layout.redisConfiguration(name), mode: 0o600, owner: .unprivileged(for: .redis))
    }

    private func writeNginx() throws {
        let account = Account.unprivileged(for: .nginx)
        try Files.makeFolder(layout.nginxFolder, mode: 0o700, owner: account)
        try Files.makeFolder(layout.nginxFolder + "/temporary", mode: 0o700, owner: account)
        let source = repository + "/deploy/nginx"
        let files = NginxFiles(topology, webFolder: try webFolder(for: account))
        for name in try FileManager.default.contentsOfDirectory(atPath: source).sorted() {
            guard let text = Files.read("\(source)/\(name)") else { continue }
            if name == "nginx.conf.template" {
                try Files.write(files.rendered(text), to: layout.nginxFolder + "/nginx.conf")
            } else if name.hasSuffix(".conf") {
                try Files.write(text, to: "\(layout.nginxFolder)/\(name)")
            }
        }
        try DocumentationFiles(repository: repository).write(to: layout.documentationFolder)
        try openToAll(layout.documentationFolder)
        try Files.write(files.upstreams, to: layout.nginxFolder + "/upstreams.conf")
        try Files.write(files.choice, to: layout.nginxFolder + "/gateways.conf")
        try? FileManager.default.removeItem(atPath: layout.nginxMarks)
        try Files.makeFolder(layout.nginxMarks, mode: 0o700, owner: account)
        try LogFiles(layout).create("nginx-access", owner: account)
    }

    /// The dashboard, as `deploy/dashboard/publish.py` has laid it out, where nginx can read it: in the repository itself, or
    /// in a copy when nginx is another user.
    private func webFolder(for account: Account?) throws -> String? {
        let source = repository + "/.build/dashboard"
        guard Files.exists(source + "/index.html") else { return nil }
        guard account != nil else { return source }
        let copy = layout.nginxFolder + "/web"
        try? FileManager.default.removeItem(atPath: copy)
        try FileManager.default.copyItem(atPath: source, toPath: copy)
        try openToAll(copy)
        return copy
    }

    private func openToAll(_ path: String) throws {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        try FileManager.default.setAttributes(
            [.posixPermissions: isFolder ? 0o755 : 0o644], ofItemAtPath: path)
        guard isFolder else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: path) { try openToAll("\(path)/\(name)") }
    }
}
