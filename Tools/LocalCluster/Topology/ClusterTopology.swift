/// All processes of a cluster, in the order in which they start. Pure: the same input gives the same processes.
package struct ClusterTopology: Hashable, Sendable {
    package var options: ClusterOptions
    package let layout: ClusterLayout
    package let programs: ServerPrograms
    package let secrets: ClusterSecrets
    /// The gateways' routes, rate limits and upstreams, by absolute path.
    package let gatewayConfiguration: String
    /// What nobody may choose as a password, by absolute path; fetched at set-up, where there is a network.
    package let commonPasswords: String
    /// The PostgreSQL servers, in the order of their numbers.
    package let postgresServers: [PostgresServer]

    /// - Parameter record: who was the primary when the cluster last ran.
    package init(
        options: ClusterOptions, layout: ClusterLayout, programs: ServerPrograms, secrets: ClusterSecrets,
        gatewayConfiguration: String, commonPasswords: String, record: PrimaryRecord = .first
    ) {
        self.options = options
        self.layout = layout
        self.programs = programs
        self.secrets = secrets
        self.gatewayConfiguration = gatewayConfiguration
        self.commonPasswords = commonPasswords
        postgresServers = PostgresServer.chosen(replicas: options.replicas, needed: record.needed)
    }

    package var ports: ClusterPorts { ClusterPorts(base: options.port) }
    /// What a browser or an API client connects to.
    package var url: String { "http://localhost:\(ports.nginx)" }

    package var processes: [ProcessSpecification] {
        let stores =
            postgresServers.map(postgres)
            + redisNames.enumerated().map { redis($1, port: ports.redis($0 + 1)) }
            + [redis("redis-cache", port: ports.redisCache)]
        let services =
            (0..<options.auth).map { service(.auth, $0 + 1) }
            + (0..<options.strategies).map { service(.strategies, $0 + 1) }
            + (monolith.map { [$0] } ?? [])
            + (0..<options.gateways).map { service(.gateway, $0 + 1) }
        let watched = options.isHighlyAvailable ? etcdMembers + stores + sentinels : stores
        return watched + services + (nginx.map { [$0] } ?? [])
    }

    package func processes(in stage: StartStage) -> [ProcessSpecification] {
        processes.filter { $0.stage == stage }
    }

    /// `host:port` of every instance of a service.
    package func endpoints(_ service: ServiceKind) -> [String] {
        (0..<count(service)).map { "127.0.0.1:\(ports.listen(service, $0 + 1))" }
    }

    /// `unix:/path` of every instance of a service: what its clients on this machine use.
    package func sockets(_ service: ServiceKind) -> [String] {
        (0..<count(service)).map { "unix:" + layout.socket(service, $0 + 1) }
    }

    package func count(_ service: ServiceKind) -> Int {
        switch service {
        case .gateway: options.gateways
        case .auth: options.auth
        case .strategies: options.strategies
        }
    }
}

// MARK: Servers

extension ClusterTopology {
    /// Environment that every process gets; nothing else of the starter's environment is passed on.
    static let commonEnvironment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"]

    private func postgres(_ server: PostgresServer) -> ProcessSpecification {
        if options.isHighlyAvailable, let program = programs.patroni { return patroni(server, program) }
        let folder = layout.postgresFolder(server)
        let port = ports.postgres(server)
        return ProcessSpecification(
            name: server.name, stage: .data, executable: programs.postgres("postgres"),
            arguments: ["-D", folder, "-c", "config_file=\(layout.postgresConfiguration(server))"],
            environment: Self.commonEnvironment, role: .postgres, port: port, adminPort: nil,
            readiness: .postgres(socket: "\(layout.postgresSocketFolder)/.s.PGSQL.\(port)"),
            stopping: .postgres, parentDeathSignal: .kill, dataFolder: folder,
            obstacle: PostgresFolder(folder).fenceMarker)
    }

    private func redis(_ name: String, port: Int) -> ProcessSpecification {
        ProcessSpecification(
            name: name, stage: .data, executable: programs.redisServer,
            arguments: [
                options.isHighlyAvailable && name != "redis-cache"
                    ? layout.rewrittenConfiguration(name) : layout.redisConfiguration(name)
            ],
            environment: Self.commonEnvironment, role: .redis, port: port, adminPort: nil,
            readiness: .redis(socket: layout.redisSocket(name), password: secrets.redis),
            stopping: .redis, parentDeathSignal: .kill)
    }

    private var nginx: ProcessSpecification? {
        guard options.hasNginx, let program = programs.nginx else { return nil }
        return ProcessSpecification(
            name: "nginx", stage: .edge, executable: program,
            arguments: ["-p", layout.nginxFolder, "-c", "nginx.conf", "-e", "stderr"],
            environment: Self.commonEnvironment, role: .nginx, port: ports.nginx, adminPort: nil,
            readiness: .tcp(port: ports.nginx), stopping: .nginx,
            // SIGKILL would leave nginx's workers behind; on SIGTERM the master takes them along.
            parentDeathSignal: .terminate)
    }
}

// MARK: The monolith

extension ClusterTopology {
    private var monolith: ProcessSpecification? {
        guard options.hasMonolith, let program = programs.monolith else { return nil }
        return ProcessSpecification(
            name: "monolith", stage: .services, executable: program.python,
            arguments: [
                "-m", "uvicorn", "app:app", "--app-dir", program.folder, "--host", "127.0.0.1", "--port",
                "\(ports.monolith)", "--log-level", "warning",
            ],
            environment: monolithSettings.merging(Self.commonEnvironment) { own, _ in own }, role: .supervisor,
            port: ports.monolith, adminPort: nil, readiness: .http(port: ports.monolith, path: "/health"),
            stopping: .service, parentDeathSignal: .kill)
    }

    private var monolithSettings: [String: String] {
        // One host a server: whichever is the primary is written to.
        let hosts = postgresServers.map { _ in layout.postgresSocketFolder }.joined(separator: ",")
        let portNumbers = postgresServers.map { "\(ports.postgres($0))" }.joined(separator: ",")
        let role = DatabaseRole.monolith.rawValue
        var settings = [
            "DATABASE_URL": "postgresql://\(role)@/\(DatabaseRole.monolithDatabase)?host=\(hosts)&port=\(portNumbers)",
            "PGPASSWORD": secrets.monolith, "SECRET_KEY": secrets.monolithTokens, "BRIDGE_KEY": secrets.monolithBridge,
            "PYTHONDONTWRITEBYTECODE": "1",
        ]
        settings["BCRYPT_COST"] = options.settings["BCRYPT_COST"]
        return settings
    }
}

// MARK: Services

extension ClusterTopology {
    /// One machine is one client address: limits that let a load test through.
    static let generousLimit = "5000/s burst 10000"

    private func service(_ kind: ServiceKind, _ number: Int) -> ProcessSpecification {
        let listen = ports.listen(kind, number)
        let admin = ports.admin(kind, number)
        return ProcessSpecification(
            name: "\(kind.rawValue)-\(number)", stage: kind == .gateway ? .gateways : .services,
            executable: programs.service(kind), arguments: [],
            environment: environment(of: kind, number), role: .supervisor, port: listen,
            adminPort: admin, readiness: .http(port: admin, path: "/readyz"), stopping: .service,
            parentDeathSignal: .kill)
    }

    private func environment(of kind: ServiceKind, _ number: Int) -> [String: String] {
        var settings = [
            "LISTEN_HOST": "127.0.0.1", "LISTEN_PORT": "\(ports.listen(kind, number))",
            "LISTEN_SOCKET": layout.socket(kind, number),
            "ADMIN_HOST": "127.0.0.1", "ADMIN_PORT": "\(ports.admin(kind, number))",
            "DRAIN_DELAY_MS": "500",
            "REDIS_URL": "unix://\(layout.redisSocket("redis"))", "REDIS_PASSWORD": secrets.redis,
            "AUTH_ADMIN_URLS": authAdminURLs,
        ]
        if options.isHighlyAvailable { settings.merge(sentinelSettings) { $1 } }
        switch kind {
        case .gateway: settings.merge(gatewaySettings) { $1 }
        case .auth: settings.merge(authSettings) { $1 }
        case .strategies: settings.merge(strategiesSettings) { $1 }
        }
        settings.merge(options.settings) { $1 }
        return settings.merging(Self.commonEnvironment) { own, _ in own }
    }

    private var gatewaySettings: [String: String] {
        var settings = [
            "GATEWAY_CONFIG": gatewayConfiguration,
            "MIGRATIONS_FILE": layout.folder + "/migrations.json",
            "JWKS_URLS": jwksURLs,
            "AUTH_UPSTREAMS": sockets(.auth).joined(separator: ","),
            "STRATEGIES_UPSTREAMS": sockets(.strategies).joined(separator: ","),
            "CORS_ORIGINS": "http://localhost:\(ports.nginx),http://127.0.0.1:\(ports.nginx)",
            "RATE_LIMIT_USER": Self.generousLimit,
            "RATE_LIMIT_ADDRESS": Self.generousLimit,
            // One more, so that a gateway that was killed and started again need not wait for its own place.
            "RATE_LIMIT_GATEWAYS": "\(options.gateways + 1)",
        ]
        if options.hasMonolith {
            settings["MONOLITH_UPSTREAMS"] = "127.0.0.1:\(ports.monolith)"
            settings["MONOLITH_TOKEN_KEY"] = secrets.monolithTokens
            settings["MONOLITH_BRIDGE_KEY"] = secrets.monolithBridge
        }
        return settings
    }

    private var authSettings: [String: String] {
        databaseSettings(of: .auth).merging([
            "SIGNING_KEYS_DIRECTORY": layout.keysFolder, "COMMON_PASSWORDS_FILE": commonPasswords,
            "MFA_KEY": secrets.secondFactor,
        ]) { $1 }
    }

    private var strategiesSettings: [String: String] {
        databaseSettings(of: .strategies).merging(["JWKS_URLS": jwksURLs]) { $1 }
    }

    private func databaseSettings(of role: DatabaseRole) -> [String: String] {
        [
            "POSTGRES_URLS": postgresServers.map {
                role.url(socketFolder: layout.postgresSocketFolder, port: ports.postgres($0))
            }.joined(separator: ","),
            "POSTGRES_PASSWORD": role.password(in: secrets),
            "CONSISTENCY_KEY": secrets.consistency,
        ]
    }

    private var authAdminURLs: String {
        (0..<options.auth).map { "http://127.0.0.1:\(ports.admin(.auth, $0 + 1))" }.joined(separator: ",")
    }

    private var jwksURLs: String {
        endpoints(.auth).map { "http://\($0)/.well-known/jwks.json" }.joined(separator: ",")
    }
}
