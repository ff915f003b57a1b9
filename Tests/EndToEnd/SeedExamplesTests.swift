import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("The way of a user, from registration to logout")
struct SeedExamplesTests {
    private static let strategyMembers = [
        "id", "user_id", "strategy_name", "description", "parameters", "tags", "status", "version", "created_at",
        "updated_at",
    ]

    @Test("register, login, create, list, patch, delete, logout, with exactly the API's codes and members")
    func wholeWay() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let client = APIClient(cluster.baseURL)
        let email = TestUser.newEmail()

        let registered = try await client.post("/api/v1/auth/register", json: TestUser.registration(email))
        #expect(registered.status == 201)
        #expect(registered.object.names == ["id", "email", "full_name", "is_active", "role", "created_at"])
        #expect(registered["email"] == .string(email) && registered["is_active"] == .bool(true))
        #expect(registered["role"] == .string("user"))

        let again = try await client.post("/api/v1/auth/register", json: TestUser.registration(email.uppercased()))
        #expect(again.status == 409 && again["code"] == .string("email_taken"))

        let login = try await client.login(email, TestUser.password)
        #expect(login.status == 200)
        #expect(Set(login.object.names) == ["access_token", "refresh_token", "token_type", "expires_in"])
        #expect(login["token_type"] == .string("bearer") && login["expires_in"]?.integer == 900)
        var user = client.with(token: login["access_token"]?.string)
        user.consistency = ConsistencyMemory()

        let me = try await user.get("/api/v1/auth/me")
        #expect(me.status == 200 && Set(me.object.names) == Set(registered.object.names + ["mfa_enabled"]))
        #expect(registered.object.names.allSatisfy { me[$0] == registered[$0] } && me["mfa_enabled"] == .bool(false))

        let created = try await user.post(
            "/api/v1/strategies",
            json: #"{"strategy_name":"BTC Momentum","description":"Follows it","parameters":{"window":20,"rate":1.50}}"#
        )
        #expect(created.status == 201)
        #expect(created.object.names == Self.strategyMembers)
        #expect(created["user_id"] == registered["id"] && created["version"]?.integer == 1)
        #expect(created["status"] == .string("draft") && created["tags"] == .array([]))
        let parameters = JSONObject(["rate": .number("1.50"), "window": .number("20")])
        #expect(Set(created["parameters"]?.object?.members ?? []) == Set(parameters.members))
        let id = try #require(created["id"]?.integer)
        #expect(created.headers.first(name: "Location") == "/api/v1/strategies/\(id)")
        #expect(created.headers.first(name: "ETag") != nil)

        let list = try await user.get("/api/v1/strategies")
        #expect(list.status == 200 && list.json == .array([created.json]))
        let slashed = try await user.get("/api/v1/strategies/")
        #expect(slashed.status == 200 && slashed.json == list.json)

        let patched = try await user.send(
            .PATCH, "/api/v1/strategies/\(id)",
            body: (
                "application/merge-patch+json", #"{"status":"active","description":null,"parameters":{"window":null}}"#
            ))
        #expect(patched.status == 200 && patched["version"]?.integer == 2)
        #expect(patched["status"] == .string("active") && patched["description"] == .null)
        #expect(patched["parameters"] == .object(JSONObject(["rate": .number("1.50")])))
        #expect(patched["strategy_name"] == .string("BTC Momentum"))

        let replaced = try await user.send(
            .PUT, "/api/v1/strategies/\(id)",
            body: (
                "application/json",
                #"{"strategy_name":"ETH","description":"new","parameters":{},"tags":["eth"],"status":"paused"}"#
            ))
        #expect(replaced.status == 200 && replaced["tags"] == .array([.string("eth")]))
        let fetched = try await user.get("/api/v1/strategies/\(id)")
        #expect(fetched.status == 200 && fetched.json == replaced.json)

        let deleted = try await user.send(.DELETE, "/api/v1/strategies/\(id)")
        #expect(deleted.status == 204 && deleted.bytes.isEmpty)
        #expect(try await user.get("/api/v1/strategies/\(id)").status == 404)

        let logout = try await user.send(.POST, "/api/v1/auth/logout")
        #expect(logout.status == 204)
        // Either gateway may answer; once both have refused the token, none accepts it again.
        for gateway in 1...2 {
            let client = user.at(cluster.gatewayURL(gateway))
            let isRefused = try await eventually { try await client.get("/api/v1/auth/me").status == 401 }
            #expect(isRefused)
        }
        let refused = try await user.get("/api/v1/auth/me")
        #expect(refused.status == 401)
        #expect(refused["detail"] == .string("Could not validate credentials"))
        #expect(refused.headers.first(name: "WWW-Authenticate")?.hasPrefix("Bearer") == true)
    }

    @Test("the demo account signs in, an admin")
    func demoAccount() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let login = try await client.login("admin@test.com", "password123")
        try #require(login.status == 200)
        let me = try await client.with(token: login["access_token"]?.string).get("/api/v1/auth/me")
        #expect(me["role"] == .string("admin"))
    }

    @Test("a refresh token buys one successor, the same for all who ask at once")
    func refresh() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let body = #"{"refresh_token":"\#(user.refreshToken)"}"#
        let answers = try await withThrowingTaskGroup(of: APIClient.Answer.self) { tasks in
            for instance in 0..<8 {
                let client = APIClient(cluster.gatewayURL(instance % 2 + 1))
                tasks.addTask { try await client.post("/api/v1/auth/refresh", json: body) }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(Set(answers.compactMap { $0["refresh_token"]?.string }).count == 1)
        let token = answers.first?["access_token"]?.string
        #expect(try await user.client.with(token: token).get("/api/v1/auth/me").status == 200)
    }
}
