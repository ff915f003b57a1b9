import LocalCluster
import Testing

@Suite("deploy/compose and `desk up` do not drift apart") struct ComposeFileTests {
    private let compose: ComposeFile

    init() throws { compose = try ComposeFile() }

    @Test("the same processes run, as many of each")
    func processes() {
        var local: [String: Int] = [:]
        for process in topology().processes {
            local[String(process.name.prefix { !$0.isNumber }.trimmingSuffix("-")), default: 0] += 1
        }
        let jobs: Set = ["secrets", "migrate", "seed"]
        let composed = compose.names.subtracting(jobs)
        #expect(Dictionary(uniqueKeysWithValues: composed.map { ($0, compose.replicas(of: $0)) }) == local)
    }

    @Test("each service gets the settings of the same names", arguments: ServiceKind.allCases)
    func settings(service: ServiceKind) throws {
        let process = try #require(topology().processes.first { $0.name == "\(service.rawValue)-1" })
        let local = Set(process.environment.keys).subtracting(["PATH", "LANG", "TZ"])
        let secret = compose.secretSettings(of: service.rawValue)
        #expect(!secret.isEmpty)
        let composed = compose.settings(of: service.rawValue)
        // Where the secrets are, and that here the peers are not on loopback.
        #expect(composed.isSuperset(of: ["CONFIG_FILE", "TRUSTED_PROXIES"]))
        #expect(composed.subtracting(["CONFIG_FILE", "TRUSTED_PROXIES"]).union(secret) == local)
        #expect(composed.isDisjoint(with: secret), "a secret is in a file, not in the environment")
    }

    @Test("only nginx can be reached from outside")
    func ports() {
        #expect(compose.names.filter(compose.publishesPorts) == ["nginx"])
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
        #expect(rights.count == 3)
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
        for line in local where !line.contains("#") && !line.contains("server ") {
            #expect(composed.contains(line))
        }
        let server = try #require(local.first { $0.contains("server ") }).split(separator: " ").dropFirst(2)
        #expect(composed.contains("resolve " + server.joined(separator: " ")))
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
