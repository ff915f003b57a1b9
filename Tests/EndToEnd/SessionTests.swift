import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Sessions over several gateways")
struct SessionTests {
    @Test("a token that was logged out is refused by every gateway and every service")
    func loggedOut() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let doors = [
            cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2), cluster.strategiesURL(1),
            cluster.strategiesURL(2),
        ]
        for door in doors { #expect(try await user.client.at(door).get("/api/v1/strategies").status == 200) }
        #expect(try await user.client.at(cluster.gatewayURL(1)).send(.POST, "/api/v1/auth/logout").status == 204)
        for door in doors {
            let client = user.client.at(door)
            let isRefused = try await eventually(within: .seconds(1)) {
                try await client.get("/api/v1/strategies").status == 401
            }
            #expect(isRefused, "\(door)")
        }
        let refreshed = try await user.client.with(token: nil).post(
            "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(user.refreshToken)"}"#)
        #expect(refreshed.status == 401)
    }

    @Test("one session's logout leaves the others alone")
    func otherSession() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let second = try await user.client.with(token: nil).login(user.email, TestUser.password)
        #expect(try await user.client.send(.POST, "/api/v1/auth/logout").status == 204)
        let client = user.client.with(token: second["access_token"]?.string)
        #expect(try await client.get("/api/v1/auth/me").status == 200)
    }

    @Test("five logins a minute, exactly, however they are spread over the gateways")
    func loginLimit() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let email = TestUser.newEmail()
        let statuses = try await withThrowingTaskGroup(of: APIClient.Answer.self) { tasks in
            for attempt in 0..<16 {
                let client = APIClient(cluster.gatewayURL(attempt % 2 + 1))
                tasks.addTask { try await client.login(email, "Wrong-Password-1") }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0.status == 401 } == 5)
        let denied = statuses.filter { $0.status == 429 }
        #expect(denied.count == 11)
        #expect(
            denied.allSatisfy { Int($0.headers.first(name: "Retry-After") ?? "").map { (1...60).contains($0) } == true }
        )
        // Another account from the same address is not affected.
        #expect(try await APIClient(cluster.baseURL).login(TestUser.newEmail(), "Wrong-Password-1").status == 401)
    }
}
