import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Accounts over several gateways")
struct AccountTests {
    private func doors(_ cluster: ClusterUnderTest) -> [String] {
        [
            cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2), cluster.strategiesURL(1),
            cluster.strategiesURL(2),
        ]
    }

    private func isRefused(_ client: APIClient, at doors: [String]) async throws -> Bool {
        for door in doors {
            let client = client.at(door)
            guard
                try await eventually(
                    within: .seconds(1), { try await client.get("/api/v1/strategies").status == 401 })
            else { return false }
        }
        return true
    }

    @Test("a changed password ends the other sessions at every gateway and every service, and not its own")
    func changedPassword() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let login = try await user.client.with(token: nil).login(user.email, TestUser.password)
        let second = user.client.with(token: login["access_token"]?.string)
        let body = #"{"current_password":"\#(TestUser.password)","new_password":"Another-Horse-8"}"#
        #expect(try await user.client.post("/api/v1/auth/password", json: body).status == 204)
        #expect(try await isRefused(second, at: doors(cluster)))
        for door in doors(cluster) { #expect(try await user.client.at(door).get("/api/v1/strategies").status == 200) }
        #expect(try await user.client.login(user.email, "Another-Horse-8").status == 200)
    }

    @Test("a session ended from another one, and logging out everywhere, hold at every gateway and service")
    func endedSessions() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let login = try await user.client.with(token: nil).login(user.email, TestUser.password)
        let second = user.client.with(token: login["access_token"]?.string)
        let list = try await second.get("/api/v1/auth/sessions").json.array?.compactMap(\.object) ?? []
        let first = try #require(list.first { $0["current"] == .bool(false) }?["id"]?.string)
        #expect(try await second.send(.DELETE, "/api/v1/auth/sessions/\(first)").status == 204)
        #expect(try await isRefused(user.client, at: doors(cluster)))
        #expect(try await second.send(.POST, "/api/v1/auth/logout-all").status == 204)
        #expect(try await isRefused(second, at: doors(cluster)))
    }

    @Test(
        "the most common passwords can be neither registered nor changed to",
        .enabled(if: AccountTests.hasCommonPasswords))
    func commonPassword() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        func types(_ answer: APIClient.Answer) -> [String] {
            (answer["detail"]?.array ?? []).compactMap { $0.object?["type"]?.string }
        }
        for password in ["Password1", "TrustNo1", "qWERTY123"] {
            let registration = TestUser.registration(TestUser.newEmail(), password: password)
            let registered = try await user.client.post("/api/v1/auth/register", json: registration)
            #expect(registered.status == 422 && types(registered) == ["value_error.password.common"])
            let change = #"{"current_password":"\#(TestUser.password)","new_password":"\#(password)"}"#
            let changed = try await user.client.post("/api/v1/auth/password", json: change)
            #expect(changed.status == 422 && types(changed) == ["value_error.password.common"])
        }
    }

    /// Their list is fetched at set-up, where there is a network.
    private static var hasCommonPasswords: Bool {
        // From this file up to the repository.
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return FileManager.default.fileExists(atPath: folder.appending(path: ".build/passwords/common.txt").path)
    }

    @Test("a deleted account is let in nowhere")
    func deletedAccount() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        _ = try await user.createStrategy()
        let body = (type: "application/json", text: #"{"password":"\#(TestUser.password)"}"#)
        #expect(try await user.client.send(.DELETE, "/api/v1/auth/me", body: body).status == 204)
        #expect(try await isRefused(user.client, at: doors(cluster)))
        #expect(try await user.client.login(user.email, TestUser.password).status == 401)
    }

    @Test("an account that an administrator disables is let in nowhere, and a user is no administrator")
    func disabledAccount() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (admin, user) = (try await TestUser.make(cluster), try await TestUser.make(cluster))
        let path = "/api/v1/admin/users/\(user.id)"
        let body = (type: "application/json", text: #"{"is_active":false}"#)
        #expect(try await admin.client.send(.PATCH, path, body: body).status == 403)
        let (output, status) = try await cluster.desk("users", "promote", admin.email)
        #expect(status == 0, "\(output)")
        let refreshed = try await admin.client.with(token: nil).post(
            "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(admin.refreshToken)"}"#)
        let client = admin.client.with(token: refreshed["access_token"]?.string)
        #expect(try await client.send(.PATCH, path, body: body).status == 200)
        #expect(try await isRefused(user.client, at: doors(cluster)))
        #expect(
            try await client.get("/api/v1/admin/audit?user_id=\(user.id)&action=account.disabled").json.array?.count
                == 1)
    }
}
