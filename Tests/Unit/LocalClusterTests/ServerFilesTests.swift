import LocalCluster
import Testing

@Suite struct ServerFilesTests {
    private let first = PostgresServer(1)
    private let second = PostgresServer(2)

    @Test("a standby follows the primary with a slot of its own, and its password is in a file alone")
    func standby() {
        let files = PostgresFiles(topology(), primary: second)
        let configuration = files.configuration(of: first)
        #expect(configuration.contains("port=8481 user=cryptodesk_replication"))
        #expect(configuration.contains("\nprimary_slot_name = 'postgres_1'\n"))
        #expect(!configuration.contains("secret-"))
        #expect(files.replicationPassword.contains("secret-replication"))
        #expect(!files.configuration(of: second).contains("primary_slot_name"))
        let third = files.configuration(of: PostgresServer(3), following: first)
        #expect(third.contains("port=8480 user") && third.contains("primary_slot_name = ''"))
    }

    @Test("in durable mode the primary waits for any one of the others, whoever it is")
    func durable() {
        let files = PostgresFiles(
            topology(ClusterOptions(replicas: 2, isDurable: true)), primary: second)
        let configuration = files.configuration(of: second)
        #expect(configuration.contains("\nsynchronous_commit = remote_apply\n"))
        #expect(configuration.contains(#"synchronous_standby_names = 'ANY 1 ("postgres-1", "postgres-3")'"#))
        // A standby may become the primary at any moment, and must wait from its first write on.
        #expect(
            files.configuration(of: first)
                .contains(#"synchronous_standby_names = 'ANY 1 ("postgres-2", "postgres-3")'"#))
    }

    @Test("PostgreSQL listens on loopback only, asks everyone for a password, and keeps what it has confirmed")
    func postgres() {
        let files = PostgresFiles(topology(), primary: first)
        let configuration = files.configuration(of: first)
        #expect(configuration.contains("listen_addresses = '127.0.0.1'"))
        #expect(configuration.contains("\nport = 8480\n"))
        #expect(configuration.contains("\ncluster_name = 'postgres-1'\n"))
        #expect(configuration.contains("\nsynchronous_commit = on\n"))
        #expect(!configuration.contains("primary_conninfo"))
        let rules = files.clientAuthentication.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(rules.count == 4)
        #expect(rules.allSatisfy { $0.hasSuffix(" scram-sha-256") })
        #expect(rules.filter { $0.contains("replication") }.allSatisfy { $0.contains("cryptodesk_replication") })
    }

    @Test("a quote in the folder's name does not end a setting")
    func quoting() {
        let files = PostgresFiles(topology(folder: "/it's"), primary: first)
        #expect(files.configuration(of: first).contains("data_directory = '/it''s/postgres-1'"))
        #expect(
            files.configuration(of: second).contains(#"primary_conninfo = 'host=''/it\''s/run/postgres'' port=8480 "#))
    }

    @Test("the Redis with state never evicts and survives a restart; the other one is bounded")
    func redis() {
        let files = RedisFiles(topology())
        let state = files.configuration("redis", port: 8580, purpose: .state)
        #expect(state.contains("maxmemory-policy noeviction"))
        #expect(state.contains("appendonly yes\nappendfsync everysec"))
        let cache = files.configuration("redis-cache", port: 8581, purpose: .cache)
        #expect(cache.contains("maxmemory-policy allkeys-lru"))
        #expect(cache.contains("maxmemory 128mb"))
        #expect(cache.contains("appendonly no"))
        for text in [state, cache] {
            #expect(text.contains("bind 127.0.0.1\n"))
            #expect(text.contains("requirepass secret-redis\n"))
        }
    }

    @Test("nginx balances over all gateways")
    func upstreams() {
        let upstreams = NginxFiles(topology(ClusterOptions(gateways: 3)), webFolder: nil).upstreams
        for number in 1...3 { #expect(upstreams.contains("/gateways/gateway-\(number).sock ")) }
        #expect(!upstreams.contains("gateway-4"))
    }

    @Test("each gateway can be left out by a file, unless it is the only one")
    func leavingOut() throws {
        let files = NginxFiles(topology(ClusterOptions(gateways: 2)), webFolder: nil)
        #expect(
            files.choice.contains(
                #"if (-f "/data/nginx/out/gateway-2") { set $cryptodesk_gateways gateways-without-2; }"#))
        let group = try #require(files.upstreams.split(separator: "upstream gateways-without-2 {").last)
        #expect(group.contains("/gateway-1.sock ") && !group.contains("/gateway-2.sock "))
        #expect(!NginxFiles(topology(ClusterOptions(gateways: 1)), webFolder: nil).choice.contains("gateway-1"))
    }

    @Test("before its workers are renewed, a file makes nginx end connections with their answers")
    func closing() {
        let files = NginxFiles(topology(), webFolder: nil)
        #expect(files.choice.contains(#"if (-f "/data/nginx/out/nginx") { set $cryptodesk_closes 1; }"#))
    }

    @Test("without a mark, one question is all that nginx asks")
    func oneQuestion() throws {
        let choice = NginxFiles(topology(ClusterOptions(gateways: 2)), webFolder: nil).choice
        let first = try #require(choice.firstRange(of: #"if (!-f "/data/nginx/out/any") { break; }"#))
        #expect(choice[..<first.lowerBound].contains("set $cryptodesk_closes"))
        #expect(!choice[..<first.lowerBound].contains("if ("))
    }

    @Test("a template's own placeholders are filled in, and nginx's variables left alone")
    func template() {
        let files = NginxFiles(topology(), webFolder: "/web")
        #expect(files.rendered("listen ${NGINX_LISTEN}; set $a $b;") == "listen 127.0.0.1:8080; set $a $b;")
        #expect(files.rendered("${NGINX_SITE} ${WEB_FOLDER}") == "site-dashboard.conf /web")
        #expect(NginxFiles(topology(), webFolder: nil).rendered("${NGINX_SITE}") == "site-landing.conf")
    }

    @Test("roles are set up without rights beyond their own")
    func roles() {
        let setup = RoleSetup(topology().secrets)
        for role in ["cryptodesk_owner", "cryptodesk_auth", "cryptodesk_strategies"] {
            #expect(setup.roles.contains("alter role \(role) login nosuperuser nocreatedb nocreaterole nobypassrls"))
        }
    }
}
