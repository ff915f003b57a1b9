import Authentication
import Documents
import Gateway
import Testing

@Suite("Gateway configuration")
struct GatewayConfigurationTests {
    private func read(_ text: String, _ settings: [String: String] = [:]) throws -> GatewayConfiguration {
        try GatewayConfiguration(text, file: "gateway.yaml", variables: ConfigurationVariables(settings))
    }

    private let text = """
        upstreams:
          shop:
            endpoints: [10.0.0.1:80, shop.internal:8080]
            limit: 1000/s burst 2000
            concurrency: 64
          depot:
            endpoints: ${DEPOT:-"10.0.0.9:90, 10.0.0.10:90"}
        policies:
          each:
            key: [user, route]
            limit: 10/s burst 40
            cost: 2
          small:
            key: address
            limit: 5/m
            exact: true
            when_redis_is_away: closed
          admins:
            key: role
            roles: admin
            limit: 100/s
            when_redis_is_away: open
        routes:
          - name: health
            methods: GET
            path: /health
            built_in: health
            access: anonymous
          - name: items
            methods: [GET, POST]
            path: [/items, /items/]
            upstream: shop
            policies: [each, small, admins]
            cost: 1
            timeout: 1500ms
            max_body: 64KB
            priority: urgent
          - name: stock
            methods: GET
            path: /stock/{id}
            upstream: depot
            access: anonymous
            policies: small
        """

    @Test("everything that a file says is read")
    func all() throws {
        let configuration = try read(text, ["DEPOT": "10.0.0.9:90, 10.0.0.10:90"])
        #expect(configuration.routes.map(\.path) == ["/health", "/items", "/items/", "/stock/{id}"])
        let items = configuration.routes[1]
        #expect(
            items.name == "items" && items.access == .authenticated && items.destination == .upstream(.init("shop")))
        #expect(items.timeout == .milliseconds(1500) && items.maximumBody == 65_536)
        #expect(configuration.routes.map(\.priority) == [.normal, .urgent, .urgent, .normal])
        #expect(items.limits.map(\.policy.name) == ["each", "small", "admins", "service"])
        #expect(items.limits.allSatisfy { $0.cost == 1 })
        let stock = configuration.routes[3]
        #expect(stock.timeout == nil && stock.maximumBody == nil && stock.access == .anonymous)
        #expect(configuration.policies.map(\.name) == ["admins", "each", "small"])
        #expect(configuration.policies.map(\.fallback) == [.open, .local, .closed])
        #expect(configuration.policies.map(\.isExact) == [false, false, true])
        #expect(configuration.policies.map(\.cost) == [1, 2, 1])
        #expect(configuration.policies[0].roles == [.admin])
        let shop = configuration.upstreams[0]
        #expect(shop.endpoints.map(\.description) == ["10.0.0.1:80", "shop.internal:8080"])
        #expect(shop.concurrency == 64 && shop.limit?.limit == RateLimit(settingText: "1000/s burst 2000"))
        #expect(configuration.upstreams[1].endpoints.count == 2 && configuration.upstreams[1].limit == nil)
        #expect(configuration.failedAuthentications == RateLimit(settingText: "50/s burst 100"))
    }

    @Test("in the shipped file health, what ends sessions and what moves a route back are urgent, and nothing else is")
    func urgent() throws {
        let urgent = try GatewayConfiguration.shipped().routes.filter { $0.priority == .urgent }
        #expect(
            Set(urgent.map(\.name)) == [
                "health", "auth.logout", "auth.api-keys.one", "auth.sessions.one", "admin.users.revoke",
                "admin.migrations.orders",
            ])
    }

    @Test("the hash is that of the text: the same for the same, and another for another")
    func hash() throws {
        let settings = ["DEPOT": "10.0.0.9:90"]
        #expect(try read(text, settings).hash == read(text, settings).hash)
        #expect(try read(text, settings).hash != read(text + "\n# another\n", settings).hash)
        #expect(try read(text, settings).hash.count == 64)
    }

    @Test("what is counted together has the same key, and what is not has another")
    func keys() throws {
        let configuration = try read(text, ["DEPOT": "10.0.0.9:90"])
        func keys(_ route: Int, _ user: Int?, _ address: String, _ role: Role = .user) -> [String] {
            let caller = user.map {
                AccessToken(
                    userID: $0, tokenID: "j", sessionID: "s", epoch: 0, role: role, issuedAt: 0, expiresAt: .max)
            }
            return configuration.routes[route].questions(.init(caller: caller, address: address)).map(\.key)
        }
        #expect(
            keys(1, 7, "1.2.3.4") == ["rl:{7}:each:items", "rl:{01020304}:small", "rl:{service}:service:shop"])
        // Both paths of a route are one route.
        #expect(keys(2, 7, "1.2.3.4") == keys(1, 7, "1.2.3.4"))
        // The policy for admins holds for admins alone.
        #expect(keys(1, 8, "1.2.3.4", .admin)[2] == "rl:{admins}:admins:admin")
        #expect(keys(1, 8, "1.2.3.4", .admin)[0] != keys(1, 7, "1.2.3.4")[0])
        // IPv6 by its /64.
        #expect(keys(3, nil, "2001:db8::1") == keys(3, nil, "2001:db8::2"))
        #expect(keys(3, nil, "2001:db8::1") != keys(3, nil, "2001:db8:0:1::1"))
    }

    @Test("a policy by user and address counts each pair, and one by service and route each of them")
    func combinedKeys() throws {
        func key(_ parts: Set<RateLimitPolicy.KeyPart>, user: Int, address: String, route: String) -> String? {
            let policy = RateLimitPolicy(name: "p", limit: .usualFailedAuthentications, key: parts)
            let caller = AccessToken(
                userID: user, tokenID: "j", sessionID: "s", epoch: 0, role: .user, issuedAt: 0, expiresAt: .max)
            return RouteLimit(policy, route: route, service: .auth)
                .question(.init(caller: caller, address: address))?.key
        }
        #expect(key([.user, .address], user: 1, address: "1.2.3.4", route: "a") == "rl:{1@01020304}:p")
        #expect(key([.service, .route], user: 1, address: "1.2.3.4", route: "a") == "rl:{p}:p:auth:a")
        #expect(key([.user, .role], user: 1, address: "1.2.3.4", route: "a") == "rl:{1}:p:user")
    }

    @Test("a setting wins over the file's default, and a missing one without a default is told")
    func variables() throws {
        let file = text.replacing(#"${DEPOT:-"10.0.0.9:90, 10.0.0.10:90"}"#, with: "${DEPOT}")
        let error = #expect(throws: DocumentError.self) { try read(file) }
        #expect(error?.description == "gateway.yaml:7: upstreams.depot.endpoints: the setting DEPOT is missing")
        #expect(try read(file, ["DEPOT": "10.1.1.1:1"]).upstreams[1].endpoints.map(\.description) == ["10.1.1.1:1"])
        // A check of the file alone goes on without it, and says so.
        let checked = try GatewayConfiguration(
            file, file: "gateway.yaml", variables: ConfigurationVariables([:]).forCheck)
        #expect(checked.unknownSettings == ["DEPOT"])
    }

    @Test("the shipped file is well, and its own defaults are those that the README names")
    func shipped() throws {
        let configuration = try GatewayConfiguration.shipped()
        let limits = Dictionary(uniqueKeysWithValues: configuration.policies.map { ($0.name, $0.limit.settingText) })
        #expect(limits == ["user": "100/s burst 200", "address": "50/s burst 100"])
        #expect(configuration.routes.allSatisfy { $0.destination == .health || !$0.limits.isEmpty })
    }
}

extension UpstreamName {
    fileprivate init(_ name: String) { self.init(rawValue: name) }
}
