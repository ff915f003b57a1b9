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

    @Test("a thousand refreshes of a hundred sessions at once, over two gateways, leave a hundred living sessions")
    func manySessions() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        var tokens: [String] = []
        // Five logins of each account, from an address of its own, as a limit counts both.
        for account in 1...20 {
            let user = try await TestUser.make(cluster)
            for _ in 1...5 {
                let login = try await APIClient(cluster.gatewayURL(account % 2 + 1)).login(
                    user.email, TestUser.password, headers: [("X-Forwarded-For", "2001:db8:77:\(account)::1")])
                tokens.append(try #require(login["refresh_token"]?.string, "\(login.text)"))
            }
        }
        let successors = try await withThrowingTaskGroup(of: (Int, APIClient.Answer).self) { [tokens] group in
            for index in 0..<1000 {
                group.addTask {
                    let door = [cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2)][index % 3]
                    let body = #"{"refresh_token":"\#(tokens[index % 100])"}"#
                    return (index % 100, try await APIClient(door).post("/api/v1/auth/refresh", json: body))
                }
            }
            return try await group.reduce(into: [Int: [APIClient.Answer]]()) { $0[$1.0, default: []].append($1.1) }
        }
        for (session, answers) in successors {
            #expect(
                answers.count == 10 && answers.allSatisfy { $0.status == 200 }, "\(session): \(answers.map(\.text))")
            let next = Set(answers.compactMap { $0["refresh_token"]?.string })
            #expect(next.count == 1, "one successor for all")
            // Each session lives on: its successor is good for another one.
            let body = #"{"refresh_token":"\#(next.first ?? "")"}"#
            #expect(try await APIClient(cluster.baseURL).post("/api/v1/auth/refresh", json: body).status == 200)
        }
        #expect(successors.count == 100)
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
