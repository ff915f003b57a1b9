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
            #expect(try await client.get("/api/v1/strategies").json == .array([]))
        }
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
