import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

/// Users who signed in at the monolith, and users of ours, on routes that move between the two.
@Suite("Identity across a migration", .serialized)
struct IdentityBridgeTests {
    private static let shared = Task { try await MonolithUnderTest.start(isBehindGateways: true) }

    /// Whose store answered: a task of the monolith's names its owner, and a strategy its user.
    private func side(_ answer: APIClient.Answer) -> String {
        let member = answer.json.array?.first?.object ?? answer.object
        return member["owner_id"] != nil ? "monolith" : member["user_id"] != nil ? "strategies" : answer.text
    }

    private func advance(_ cluster: ClusterUnderTest, to stage: String) async throws {
        for route in ["tasks", "tasks.one"] {
            while true {
                let (output, status) = try await cluster.desk("route", "advance", route, "--force")
                try #require(status == 0, "\(output)")
                if output.contains("is at \(stage)") { break }
            }
        }
    }

    @Test(
        "a user signed in at the monolith stays signed in, and one of ours is known there; the import alone joins them")
    func bothWays() async throws {
        let monolith = try await Self.shared.value
        let cluster = monolith.cluster
        let door = cluster.gatewayURL(1)
        let (ann, bob) = (try await monolith.register(), try await monolith.register())
        // None of them has a task.
        let (carol, dora, erin) = (
            try await monolith.register(), try await monolith.register(), try await monolith.register()
        )
        let task = try await ann.createTask("Ann's")
        _ = try await bob.createTask("Bob's")
        // Somebody registers Bob's address here before he is brought over.
        let squatter = APIClient(cluster.baseURL)
        #expect(try await squatter.post("/api/v1/auth/register", json: TestUser.registration(bob.email)).status == 201)
        let login = try await squatter.login(bob.email, TestUser.password)
        let squatting = squatter.with(token: try #require(login["access_token"]?.string)).at(door)
        #expect(try await squatting.post("/api/v1/strategies", json: #"{"strategy_name":"Bait"}"#).status == 201)
        let here = try await monolith.bringOver([ann, carol, dora, erin]).map { $0.at(door) }
        let there = [ann, bob, carol, dora, erin].map { $0.client.at(door) }
        #expect(try await cluster.desk("capture", "install").status == 0)
        #expect(try await cluster.desk("backfill").output.contains("left: task"))

        // Everybody at the monolith, ours by the bridge.
        for client in [there[0], there[1], here[0]] { #expect(side(try await client.get("/tasks/")) == "monolith") }
        #expect(try await here[0].get("/tasks/\(task)")["owner_id"]?.integer == ann.id)
        let renamed = try await here[0].send(.PUT, "/tasks/\(task)", body: ("application/json", #"{"title":"By Ann"}"#))
        #expect(renamed.status == 200 && renamed["owner_id"]?.integer == ann.id, "\(renamed.text)")
        #expect(try await there[1].get("/tasks/\(task)").status == 404)
        // Who is nobody at the monolith is served here.
        let bait = try await squatting.get("/tasks/")
        #expect(side(bait) == "strategies" && bait.text.contains("Bait"))

        try await advance(cluster, to: "full")
        for client in [there[0], here[0]] { #expect(side(try await client.get("/tasks/\(task)")) == "strategies") }
        // Bob has not been brought over, whoever has his address here.
        let own = try await there[1].get("/tasks/")
        #expect(side(own) == "monolith" && own.text.contains("Bob's") && !own.text.contains("Bait"))
        // The monolith's token opens the routes that move, and nothing else.
        for path in ["/api/v1/strategies", "/api/v1/auth/me", "/api/v1/auth/api-keys", "/api/v1/admin/users"] {
            #expect(try await there[0].get(path).status == 401, "\(path)")
        }
        #expect(try await there[0].at(cluster.strategiesURL(1)).get("/api/v1/strategies").status == 401)

        try await cluster.query("postgres-1", "UPDATE users SET is_active = false WHERE legacy_user_id = \(carol.id)")
        try await cluster.query("postgres-1", "UPDATE users SET mfa_enabled = true WHERE legacy_user_id = \(dora.id)")
        #expect(try await there[2].get("/tasks/").status == 401)
        #expect(try await there[3].get("/tasks/").status == 401)
        #expect(try await there[4].get("/tasks/").status == 200)
        let gone = try await here[3].send(
            .DELETE, "/api/v1/auth/me", body: ("application/json", #"{"password":"\#(MonolithUnderTest.password)"}"#))
        #expect(gone.status == 204, "\(gone.text)")
        #expect(
            try await eventually(within: .seconds(1)) { try await there[4].get("/tasks/").status == 401 },
            "an account that was deleted here ends the monolith's token within a second")
        #expect(try await cluster.stop() == 0)
    }
}
