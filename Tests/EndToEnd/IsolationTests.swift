import JSON
import NIOHTTP1
import Testing

@Suite("Nobody reaches what is somebody else's")
struct IsolationTests {
    @Test("every operation on another user's strategy answers as if there were none")
    func twoUsers() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await TestUser.make(cluster)
        let stranger = try await TestUser.make(cluster)
        let id = try await owner.createStrategy()
        let body = #"{"strategy_name":"stolen","description":null,"parameters":{}}"#
        for base in [cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2), cluster.strategiesURL(1)] {
            let client = stranger.client.at(base)
            for (method, rest, text) in [
                (HTTPMethod.GET, "", nil), (.PUT, "", body), (.PATCH, "", #"{"status":"active"}"#), (.DELETE, "", nil),
                (.GET, "/versions", nil), (.GET, "/versions/1", nil), (.POST, "/versions/1/restore", nil),
            ] {
                let foreign = try await client.send(
                    method, "/api/v1/strategies/\(id)\(rest)", body: text.map { ("application/json", $0) })
                let missing = try await client.send(
                    method, "/api/v1/strategies/999999999\(rest)", body: text.map { ("application/json", $0) })
                #expect(foreign.status == 404 && missing.status == 404, "\(method) \(rest) at \(base)")
                #expect(foreign["detail"] == missing["detail"] && foreign["code"] == missing["code"])
            }
            for query in ["", "?q=Momentum", "?status=draft", "?sort=strategy_name", "/export", "/export?q=Momentum"] {
                let shown = try await client.get("/api/v1/strategies\(query)")
                #expect(shown.status == 200 && ["", "[]"].contains(shown.text), "\(query) at \(base)")
            }
            let line = #"{"strategy_name":"stolen","id":\#(id),"user_id":\#(owner.id)}"#
            let imported = try await client.send(
                .POST, "/api/v1/strategies/import", body: ("application/x-ndjson", line))
            #expect(imported.status == 200 && imported.text.contains(#""status":422"#), "\(imported.text)")
        }
        #expect(try await owner.client.get("/api/v1/strategies").json.array?.count == 1)
        let kept = try await owner.client.get("/api/v1/strategies/\(id)")
        #expect(kept.status == 200 && kept["strategy_name"] == .string("BTC Momentum"))
    }

    @Test("a body cannot name another owner")
    func foreignOwner() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await TestUser.make(cluster)
        let stranger = try await TestUser.make(cluster)
        let answer = try await stranger.client.post(
            "/api/v1/strategies", json: #"{"strategy_name":"x","parameters":{},"user_id":\#(owner.id)}"#)
        #expect(answer.status == 422)
        #expect(try await owner.client.get("/api/v1/strategies").json == .array([]))
    }

    @Test("an administrator alone sees another user's list, at every door and as often as it is asked for")
    func administrator() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (owner, admin) = (try await TestUser.make(cluster), try await TestUser.make(cluster))
        let id = try await owner.createStrategy()
        let path = "/api/v1/strategies?user_id=\(owner.id)"
        #expect(try await owner.client.get(path).status == 403)
        #expect(try await admin.client.get(path).status == 403)
        let (output, status) = try await cluster.desk("users", "promote", admin.email)
        #expect(status == 0, "\(output)")
        let refreshed = try await APIClient(cluster.baseURL).post(
            "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(admin.refreshToken)"}"#)
        let client = APIClient(cluster.baseURL, token: refreshed["access_token"]?.string)
        let doors = [cluster.baseURL, cluster.gatewayURL(2), cluster.strategiesURL(1), cluster.strategiesURL(2)]
        for base in doors {
            let door = client.at(base)
            // The second time the service knows the token, and answers directly what it may.
            #expect(try await door.get("/api/v1/strategies").json == .array([]))
            for _ in 0..<2 {
                let shown = try await door.get(path)
                #expect(shown.status == 200 && shown.json.array?.first?.object?["id"]?.integer == id, "\(base)")
            }
            #expect(try await door.get("/api/v1/strategies").json == .array([]))
            #expect(try await owner.client.at(base).get("\(path)0").status == 403)
        }
        let log = try await client.get("/api/v1/admin/audit?user_id=\(owner.id)&action=strategies.read")
        #expect(log.json.array?.count == 2 * doors.count)
        #expect(log.json.array?.first?.object?["actor_id"]?.integer == admin.id)
    }

    @Test("services reached directly let nobody in without a valid token, whatever headers come along")
    func directly() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let identity = [
            ("X-User-Id", String(user.id)), ("X-User-Role", "admin"), ("X-User-Email", user.email),
            ("X-Forwarded-User", user.email), ("X-Authenticated-User", String(user.id)),
            ("X-Forwarded-For", "127.0.0.1"),
        ]
        for url in [
            cluster.strategiesURL(1) + "/api/v1/strategies", cluster.strategiesURL(2) + "/api/v1/strategies/1",
            cluster.authURL(1) + "/api/v1/auth/me", cluster.authURL(2) + "/api/v1/auth/me",
        ] {
            for token in [nil, "", "garbage", "a.b.c", user.accessToken + "x", String(user.accessToken.dropLast(2))] {
                let answer = try await APIClient(url, token: token).get("", headers: identity)
                #expect(answer.status == 401, "\(url) with \(token ?? "no token")")
            }
            #expect(try await APIClient(url, token: user.accessToken).get("", headers: identity).status != 401)
        }
    }
}
