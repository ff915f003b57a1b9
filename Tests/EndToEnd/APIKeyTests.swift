import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("API keys over several gateways")
struct APIKeyTests {
    private static let strategies = "/api/v1/strategies"
    private static let draft = #"{"strategy_name":"S","parameters":{}}"#

    private func doors(_ cluster: ClusterUnderTest) -> [String] {
        [cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2)]
    }

    private func makeKey(
        _ user: TestUser, scopes: [String] = ["strategies:read", "strategies:write"], expiresAt: String? = nil
    ) async throws -> (id: Int, text: String, client: APIClient) {
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        let expiry = expiresAt.map { ",\"expires_at\":\"\($0)\"" } ?? ""
        let answer = try await user.client.post(
            "/api/v1/auth/api-keys", json: "{\"name\":\"Bot\",\"scopes\":[\(list)]\(expiry)}")
        try #require(answer.status == 201, "\(answer.text)")
        let text = try #require(answer["key"]?.string)
        return (try #require(answer["id"]?.integer), text, user.client.with(token: text))
    }

    private func statuses(_ client: APIClient, at doors: [String]) async throws -> [Int] {
        var statuses: [Int] = []
        for door in doors { statuses.append(try await client.at(door).get(Self.strategies).status) }
        return statuses
    }

    private func isRefused(_ client: APIClient, at doors: [String]) async throws -> Bool {
        for door in doors {
            let client = client.at(door)
            guard
                try await eventually(within: .seconds(1), { try await client.get(Self.strategies).status == 401 })
            else { return false }
        }
        return true
    }

    @Test("a key reads and writes its owner's strategies through every gateway, and its use is noted")
    func use() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (user, other) = (try await TestUser.make(cluster), try await TestUser.make(cluster))
        let mine = try await user.createStrategy()
        let theirs = try await other.createStrategy()
        let key = try await makeKey(user)
        #expect(try await statuses(key.client, at: doors(cluster)) == [200, 200, 200])
        #expect(try await key.client.post(Self.strategies, json: Self.draft).status == 201)
        #expect(try await key.client.get("\(Self.strategies)/\(mine)").status == 200)
        #expect(try await key.client.get("\(Self.strategies)/\(theirs)").status == 404)
        let listed = try await user.client.get("/api/v1/auth/api-keys").json.array?.first?.object
        #expect(listed?["last_used_at"]?.string?.hasSuffix("Z") == true)
    }

    @Test("each scope opens its half, and no key opens Auth or the administration")
    func scopes() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let id = try await user.createStrategy()
        let reader = try await makeKey(user, scopes: ["strategies:read"]).client
        let writer = try await makeKey(user, scopes: ["strategies:write"]).client
        for door in doors(cluster) {
            #expect(try await reader.at(door).get(Self.strategies).status == 200)
            #expect(try await reader.at(door).post(Self.strategies, json: Self.draft).status == 403)
            #expect(try await reader.at(door).send(.DELETE, "\(Self.strategies)/\(id)").status == 403)
            #expect(try await writer.at(door).get(Self.strategies).status == 403)
            #expect(try await writer.at(door).post(Self.strategies, json: Self.draft).status == 201)
            for path in ["/api/v1/auth/me", "/api/v1/auth/api-keys", "/api/v1/auth/sessions", "/api/v1/admin/users"] {
                let answer = try await writer.at(door).get(path)
                #expect(answer.status == 403 && answer["code"]?.string == "forbidden", "\(path)")
            }
            #expect(try await reader.at(door).send(.POST, "/api/v1/auth/logout-all").status == 403)
        }
        #expect(try await user.client.get("\(Self.strategies)/\(id)").status == 200)
    }

    /// What a gateway sends on for a key, taken to the services by hand: they enforce the scopes themselves.
    @Test("a service refuses what is beyond the scopes of the token that stands for a key, and the key itself")
    func services() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let (_, text, key) = try await makeKey(user, scopes: ["strategies:read"])
        let port = try #require(try await cluster.processes().first { $0.name == "auth-1" }?.adminPort)
        let exchange = APIClient("http://127.0.0.1:\(port)")
        let path = "/internal/api-keys/exchange"
        let answer = try await exchange.post(path, json: "{\"key\":\"\(text)\"}")
        let token = key.with(token: try #require(answer["access_token"]?.string))
        for instance in [1, 2] {
            let service = token.at(cluster.strategiesURL(instance))
            #expect(try await service.get(Self.strategies).status == 200)
            #expect(try await service.post(Self.strategies, json: Self.draft).status == 403)
            #expect(try await token.at(cluster.authURL(instance)).get("/api/v1/auth/me").status == 403)
            #expect(try await token.at(cluster.authURL(instance)).get("/api/v1/admin/users").status == 403)
            #expect(try await key.at(cluster.strategiesURL(instance)).get(Self.strategies).status == 401)
        }
        // Nor does a gateway let the token do more.
        #expect(try await token.get(Self.strategies).status == 200)
        #expect(try await token.post(Self.strategies, json: Self.draft).status == 403)
        #expect(try await token.get("/api/v1/auth/me").status == 403)
        for text in ["cdk_x", String(text.dropLast())] {
            #expect(try await exchange.post(path, json: "{\"key\":\"\(text)\"}").status == 404)
        }
        // And the exchange is no public route.
        #expect(try await exchange.at(cluster.baseURL).post(path, json: "{}").status == 404)
    }

    @Test("within a second of its deletion no gateway and no service takes a key or the token that stands for it")
    func revoked() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let (key, kept) = (try await makeKey(user), try await makeKey(user))
        let port = try #require(try await cluster.processes().first { $0.name == "auth-2" }?.adminPort)
        let exchanged = try await APIClient("http://127.0.0.1:\(port)").post(
            "/internal/api-keys/exchange", json: "{\"key\":\"\(key.text)\"}")
        let token = key.client.with(token: try #require(exchanged["access_token"]?.string))
        let services = [cluster.strategiesURL(1), cluster.strategiesURL(2)]
        #expect(try await statuses(key.client, at: doors(cluster)) == [200, 200, 200])
        #expect(try await user.client.send(.DELETE, "/api/v1/auth/api-keys/\(key.id)").status == 204)
        #expect(try await isRefused(key.client, at: doors(cluster)))
        #expect(try await isRefused(token, at: doors(cluster) + services))
        #expect(try await statuses(kept.client, at: doors(cluster)) == [200, 200, 200])
    }

    @Test("keys go on after a logout everywhere and another password, and end with the account")
    func account() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let key = try await makeKey(user)
        #expect(try await statuses(key.client, at: doors(cluster)) == [200, 200, 200])
        let password = #"{"current_password":"\#(TestUser.password)","new_password":"Another-Horse-8"}"#
        #expect(try await user.client.post("/api/v1/auth/password", json: password).status == 204)
        #expect(try await statuses(key.client, at: doors(cluster)) == [200, 200, 200])
        #expect(try await user.client.send(.POST, "/api/v1/auth/logout-all").status == 204)
        // The tokens of its epoch are refused by now; not one request with the key is.
        for _ in 0..<20 { #expect(try await statuses(key.client, at: doors(cluster)) == [200, 200, 200]) }
        let login = try await user.client.with(token: nil).login(user.email, "Another-Horse-8")
        let again = user.client.with(token: try #require(login["access_token"]?.string))
        let body = (type: "application/json", text: #"{"password":"Another-Horse-8"}"#)
        #expect(try await again.send(.DELETE, "/api/v1/auth/me", body: body).status == 204)
        #expect(try await isRefused(key.client, at: doors(cluster)))
    }

    @Test("a disabled account's key is refused everywhere, and stays so")
    func disabled() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (admin, user) = (try await TestUser.make(cluster), try await TestUser.make(cluster))
        let key = try await makeKey(user)
        #expect(try await statuses(key.client, at: doors(cluster)) == [200, 200, 200])
        #expect(try await cluster.desk("users", "promote", admin.email).status == 0)
        let refreshed = try await admin.client.with(token: nil).post(
            "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(admin.refreshToken)"}"#)
        let client = admin.client.with(token: refreshed["access_token"]?.string)
        for isActive in [false, true] {
            let body = (type: "application/json", text: "{\"is_active\":\(isActive)}")
            #expect(try await client.send(.PATCH, "/api/v1/admin/users/\(user.id)", body: body).status == 200)
            #expect(try await isRefused(key.client, at: doors(cluster)))
        }
    }

    @Test("what is no key is refused, with the same answer as any bad token")
    func unknown() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let key = try await makeKey(user).text
        // The last one has a right checksum, and nobody has made it.
        let unknown = "cdk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0DofJ8"
        for text in ["cdk_", "cdk_1", String(key.dropLast()), key + "0", key.lowercased(), unknown] {
            for path in [Self.strategies, "/api/v1/auth/me"] {
                let answer = try await user.client.with(token: text).get(path)
                #expect(answer.status == 401 && answer["code"]?.string == "not_authenticated", "\(text)")
            }
        }
    }

    @Test("a program follows its user's events with its key, and is told when that is deleted")
    func events() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let (reader, writer) = (
            try await makeKey(user, scopes: ["strategies:read"]), try await makeKey(user, scopes: ["strategies:write"])
        )
        let refused = try await WebSocketClient(
            port: cluster.port, path: "/api/v1/stream", token: writer.text)
        #expect(refused.status == 403)
        await refused.close()
        let client = try await WebSocketClient(
            port: cluster.port, path: "/api/v1/stream", token: reader.text)
        #expect(client.status == 101)
        let id = try await user.createStrategy()
        let event = try await client.next(within: .seconds(20))
        #expect(event.contains("\"id\":\(id)"), "\(event)")
        #expect(try await user.client.send(.DELETE, "/api/v1/auth/api-keys/\(reader.id)").status == 204)
        #expect(try await eventually { client.received.closeCode == 4401 })
        await client.close()
    }
}
