import LocalCluster
import Testing

@Suite("deploy/compose and `desk up` do not drift apart") struct ComposeFileTests {
    private let compose: ComposeFile

    /// Who looks on, for those who ask for it.
    private static let observers: Set = ["prometheus", "grafana", "jaeger"]

    init() throws { compose = try ComposeFile() }

    @Test("the same processes run, as many of each")
    func processes() {
        var local: [String: Int] = [:]
        for process in topology().processes {
            local[Self.kind(of: process.name), default: 0] += 1
        }
        let jobs: Set = ["secrets", "migrate", "seed"]
        var composed: [String: Int] = [:]
        for name in compose.names.subtracting(jobs).subtracting(Self.observers) {
            composed[Self.kind(of: name), default: 0] += compose.replicas(of: name)
        }
        #expect(composed == local)
    }

    @Test("PostgreSQL is set up alike")
    func postgres() throws {
        let server = PostgresServer(2)
        let lines = PostgresFiles(topology(), primary: PostgresServer(1)).configuration(of: server)
            .split(separator: "\n").map { $0.filter { $0 != "'" } }
        let flags = try ComposeFile.text("deploy/compose/compose.yaml").matches(of: /- -c([a-z_]+)=(.*)\n/)
            .map { "\($0.1) = \($0.2)" }
        #expect(flags.filter { !lines.contains($0) } == [])
        let replication = lines.filter { $0.contains(/^(wal_|hot_|max_)/) }
        #expect(replication.count > 10)
        #expect(replication.filter { !flags.contains($0) } == [])
        let start = try ComposeFile.text("deploy/compose/postgres/start.sh")
        for name in ["cluster_name", "primary_conninfo", "primary_slot_name"] {
            #expect(lines.contains { $0.hasPrefix(name + " = ") } && start.contains("-c\(name)="))
        }
    }

    @Test("each service gets the settings of the same names", arguments: ServiceKind.allCases)
    func settings(service: ServiceKind) throws {
        let process = try #require(topology().processes.first { $0.name == "\(service.rawValue)-1" })
        // Sockets are for one machine: containers talk over the network, and keep no files of their own.
        let local = Set(process.environment.keys).subtracting([
            "PATH", "LANG", "TZ", "LISTEN_SOCKET", "MIGRATIONS_FILE",
        ])
        let secret = compose.secretSettings(of: service.rawValue)
        #expect(!secret.isEmpty)
        let composed = compose.settings(of: service.rawValue)
        // Where the secrets are, that here the peers are not on loopback, and what an operator may set of tracing.
        var own: Set = ["CONFIG_FILE", "TRUSTED_PROXIES", "OTEL_EXPORTER_OTLP_ENDPOINT"]
        if service == .gateway { own.insert("TRACE_SAMPLE_RATIO") }
        #expect(composed.isSuperset(of: own))
        #expect(composed.subtracting(own).union(secret) == local)
        #expect(composed.isDisjoint(with: secret), "a secret is in a file, not in the environment")
    }

    @Test("only nginx can be reached from outside, and what looks on where it is asked for")
    func ports() {
        #expect(Set(compose.names.filter(compose.publishesPorts)) == ["nginx", "grafana", "jaeger"])
        #expect(compose.names.filter { compose.isOnly(in: "observability", $0) } == Self.observers)
    }

    @Test("every process is bounded in cores, memory and what it may start")
    func resources() throws {
        let text = try ComposeFile.text("deploy/compose/compose.yaml")
        let resources = try #require(text.firstMatch(of: /x-service-resources: &service-resources\n  limits: \{(.*)\}/))
        for limit in ["cpus", "memory", "pids"] { #expect(resources.1.contains("\(limit):")) }
        for name in compose.names { #expect(compose.isBounded(name), "\(name)") }
    }

    @Test("both Redis keep and evict alike", arguments: [("redis", RedisFiles.Purpose.state), ("redis-cache", .cache)])
    func redis(name: String, purpose: RedisFiles.Purpose) {
        let configuration = RedisFiles(topology()).configuration(name, port: 1, purpose: purpose)
        let retention = configuration.split(separator: "\n").filter { line in
            ["save", "append", "maxmemory"].contains { line.hasPrefix($0) }
        }
        #expect(compose.options(of: name) == Set(retention.map(String.init)))
    }

    @Test("the roles and the database have the same rights")
    func roles() throws {
        let script = words(try ComposeFile.text("deploy/compose/postgres/roles.sql"))
        let setup = RoleSetup(topology().secrets)
        #expect(script.contains(words(setup.createDatabase)))
        #expect(script.contains(words(setup.databaseRights)))
        let rights = setup.roles.matches(of: /alter role (\w+ login [a-z ]+)\s+password/).map { words(String($0.1)) }
        #expect(rights.count == 4)
        for right in rights { #expect(script.contains("create role \(right) password :'")) }
    }

    @Test("the image fills in all of nginx's template, and balances as the local nginx does")
    func nginx() throws {
        let image = try ComposeFile.text("deploy/compose/Dockerfile")
        for name in try ComposeFile.text("deploy/nginx/nginx.conf.template").matches(of: /\$\{([A-Z]\w+)\}/) {
            #expect(name.1 == "NAME" || image.contains(" \(name.1)="), "\(name.1) is not set in the image")
        }
        let composed = try ComposeFile.text("deploy/compose/nginx/upstreams.conf")
        let local = NginxFiles(topology(), webFolder: nil).upstreams.split(separator: "\n")
        for line in local where !line.contains("#") && !line.contains("server ") && !line.contains("without") {
            #expect(composed.contains(line))
        }
        let server = try #require(local.first { $0.contains("server ") }).split(separator: " ").dropFirst(2)
        #expect(composed.contains("resolve " + server.joined(separator: " ")))
    }

    /// A process's name without its number.
    @Test("what the Dockerfile copies is there, and reaches the builder")
    func buildContext() throws {
        let admitted = try ComposeFile.text(".dockerignore").matches(of: /(?m)^!(.+)$/).map { String($0.1) }
        let copies = try ComposeFile.text("deploy/compose/Dockerfile")
            .matches(of: /(?m)^COPY (?:--chown=\S+ )?([^-\s].*) \S+$/)
        let sources = copies.flatMap { $0.1.split(separator: " ").map(String.init) }
        #expect(sources.count > 8)
        for source in sources {
            #expect(admitted.contains { source == $0 || source.hasPrefix($0 + "/") }, "\(source)")
            if !source.contains("*") { #expect(ComposeFile.exists(source), "\(source)") }
        }
    }

    private static func kind(of name: String) -> String {
        String(name.prefix { !$0.isNumber }.trimmingSuffix("-"))
    }

    /// The text with single blanks alone.
    private func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(_ suffix: String) -> SubSequence {
        hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
    }
}
