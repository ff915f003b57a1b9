import FoundationEssentials
import LocalCluster
import Testing

@Suite struct ClusterTopologyTests {
    @Test("a cluster has two of each service unless asked otherwise, behind nginx")
    func defaults() {
        #expect(
            topology().processes.map(\.name) == [
                "postgres-1", "postgres-2", "redis", "redis-cache", "auth-1", "auth-2", "strategies-1", "strategies-2",
                "gateway-1",
                "gateway-2", "nginx",
            ])
    }

    @Test("a cluster without gateways holds data only, and has no nginx")
    func dataOnly() {
        let options = ClusterOptions(gateways: 0, auth: 0, strategies: 0, replicas: 0)
        #expect(topology(options).processes.map(\.name) == ["postgres-1", "redis", "redis-cache"])
    }

    @Test("the monolith runs beside the services where it is asked for, and sees no secret of theirs")
    func monolith() throws {
        let processes = topology(ClusterOptions(gateways: 1, hasMonolith: true)).processes
        let monolith = try #require(processes.first { $0.name == "monolith" })
        #expect(monolith.stage == .services && monolith.port == 8570)
        #expect(monolith.environment["PGPASSWORD"] == "secret-monolith")
        #expect(monolith.environment["DATABASE_URL"]?.contains("port=8480,8481") == true)
        #expect(!monolith.environment.values.contains { ["secret-owner", "secret-strategies"].contains($0) })
        let gateway = try #require(processes.first { $0.name == "gateway-1" })
        #expect(gateway.environment["MONOLITH_UPSTREAMS"] == "127.0.0.1:8570")
    }

    @Test("what an earlier release has written of its cluster is read")
    func earlierOptions() throws {
        let text = #"{"gateways":2,"auth":2,"strategies":2,"replicas":1,"isDurable":false,"port":8080,"settings":{}}"#
        #expect(try JSONDecoder().decode(ClusterOptions.self, from: Data(text.utf8)) == ClusterOptions())
    }

    @Test("every process starts after those that it needs")
    func stages() {
        let stages = topology(ClusterOptions(replicas: 2, isHighlyAvailable: true)).processes.map(\.stage)
        #expect(stages == stages.sorted())
        #expect(Set(stages) == Set(StartStage.allCases))
    }

    @Test("no two processes share a port, however many there are")
    func distinctPorts() {
        let most = ClusterPorts.instancesPerService
        let options = ClusterOptions(
            gateways: most, auth: most, strategies: most, replicas: PostgresServer.most - 1,
            isHighlyAvailable: true, hasMonolith: true, port: ClusterPorts.highestBase)
        let ports = topology(options).processes.flatMap { [$0.port, $0.adminPort].compactMap { $0 } }
        #expect(Set(ports).count == ports.count)
        #expect(ports.allSatisfy { (1...65_535).contains($0) })
    }

    @Test("a promoted server stays when fewer replicas are asked for, and the lowest numbers fill up")
    func promotedServers() {
        func servers(_ replicas: Int, _ record: PrimaryRecord) -> [Int] {
            topology(ClusterOptions(replicas: replicas), record: record).postgresServers.map(\.number)
        }
        let third = PrimaryRecord(epoch: 4, primary: PostgresServer(3))
        #expect(servers(0, third) == [3])
        #expect(servers(1, third) == [1, 3])
        #expect(servers(3, third) == [1, 2, 3, 4])
        let unfinished = PrimaryRecord(
            epoch: 5, primary: PostgresServer(2), state: .promoting, previous: PostgresServer(3))
        #expect(servers(0, unfinished) == [2, 3])
    }

    @Test("a server's name is read back, and nothing else is taken for one", arguments: 1...PostgresServer.most)
    func serverNames(number: Int) {
        #expect(PostgresServer(name: PostgresServer(number).name) == PostgresServer(number))
        for name in ["postgres", "postgres-0", "postgres-01", "postgres-1 ", "redis-1"] {
            #expect(PostgresServer(name: name) == nil)
        }
    }

    @Test("the gateways know all instances of both services, by their sockets")
    func upstreams() throws {
        let gateway = try #require(
            topology(ClusterOptions(auth: 3, port: 9000)).processes.first { $0.name == "gateway-2" })
        #expect(gateway.environment["LISTEN_PORT"] == "9102")
        #expect(gateway.environment["ADMIN_PORT"] == "9152")
        let run = topology().layout.runFolder
        #expect(gateway.environment["LISTEN_SOCKET"] == "\(run)/gateways/gateway-2.sock")
        #expect(
            gateway.environment["AUTH_UPSTREAMS"]
                == (1...3).map { "unix:\(run)/services/auth-\($0).sock" }.joined(separator: ","))
        #expect(
            gateway.environment["STRATEGIES_UPSTREAMS"]
                == (1...2).map { "unix:\(run)/services/strategies-\($0).sock" }.joined(separator: ","))
        #expect(
            gateway.environment["JWKS_URLS"]?.hasPrefix("http://127.0.0.1:9201/.well-known/jwks.json,") == true)
    }

    @Test("each service connects as its own role, with its own password")
    func roles() throws {
        let processes = topology().processes
        let auth = try #require(processes.first { $0.name == "auth-1" })
        let strategies = try #require(processes.first { $0.name == "strategies-1" })
        #expect(
            auth.environment["POSTGRES_URLS"]
                == "postgresql://cryptodesk_auth@/cryptodesk?host=/data/run/postgres&port=8480,"
                + "postgresql://cryptodesk_auth@/cryptodesk?host=/data/run/postgres&port=8481")
        #expect(auth.environment["POSTGRES_PASSWORD"] == "secret-auth")
        #expect(strategies.environment["POSTGRES_PASSWORD"] == "secret-strategies")
        #expect(strategies.environment["SIGNING_KEYS_DIRECTORY"] == nil)
        let gateway = try #require(processes.first { $0.name == "gateway-1" })
        #expect(gateway.environment.keys.allSatisfy { !$0.hasPrefix("POSTGRES") })
    }

    @Test("no secret is on a command line, where every user of the machine sees it")
    func commandLines() {
        for process in topology().processes {
            #expect(!process.arguments.joined(separator: " ").contains("secret-"))
        }
    }

    @Test("a setting that was asked for wins over the cluster's own, in every service")
    func overrides() {
        let options = ClusterOptions(settings: ["RATE_LIMIT_USER": "1/s burst 1", "LOG_LEVEL": "debug"])
        let services = topology(options).processes.filter { $0.stage == .services || $0.stage == .gateways }
        #expect(services.count == 6)
        for service in services {
            #expect(service.environment["LOG_LEVEL"] == "debug")
            #expect(service.environment["RATE_LIMIT_USER"] == "1/s burst 1")
        }
    }

    @Test("a folder whose path is too long for sockets gets a short one for them")
    func socketPaths() {
        let deep = "/data/" + String(repeating: "x", count: 80)
        let long = topology(folder: deep).layout
        #expect(long.runFolder == "/tmp/short")
        #expect(long.postgresFolder(PostgresServer(1)) == deep + "/postgres-1")
        #expect(topology().layout.runFolder == "/data/run")
        let edge = "/" + String(repeating: "x", count: 107 - "/run/postgres/.s.PGSQL.65535.lock".count - 1)
        #expect(topology(folder: edge).layout.runFolder == edge + "/run")
        #expect(topology(folder: edge + "x").layout.runFolder == "/tmp/short")
    }

    @Test("a folder's name is encoded in the database's URL")
    func encodedURL() {
        let url = DatabaseRole.owner.url(socketFolder: "/tmp/a b&c", port: 1)
        #expect(url == "postgresql://cryptodesk_owner@/cryptodesk?host=/tmp/a%20b%26c&port=1")
    }
}
