import Foundation
import JSON
import Testing

/// A user of a test's own, registered and signed in through the API.
struct TestUser: Sendable {
    static let password = "Correct-Horse-7"

    let id: Int
    let email: String
    let accessToken: String
    let refreshToken: String
    let client: APIClient

    static func make(_ cluster: ClusterUnderTest) async throws -> TestUser {
        let client = APIClient(cluster.baseURL)
        let email = newEmail()
        let registered = try await client.post("/api/v1/auth/register", json: registration(email))
        try #require(registered.status == 201, "\(registered.text)")
        let login = try await client.login(email, password)
        try #require(login.status == 200, "\(login.text)")
        let token = try #require(login["access_token"]?.string)
        var own = client.with(token: token)
        own.consistency = ConsistencyMemory()
        return TestUser(
            id: try #require(registered["id"]?.integer), email: email, accessToken: token,
            refreshToken: try #require(login["refresh_token"]?.string), client: own)
    }

    static func newEmail() -> String { "user-\(UUID().uuidString.lowercased())@example.com" }

    static func registration(_ email: String, password: String = password) -> String {
        #"{"email":"\#(email)","password":"\#(password)","full_name":"Test User"}"#
    }

    /// Creates a strategy and returns its id.
    func createStrategy(_ name: String = "BTC Momentum") async throws -> Int {
        let answer = try await client.post(
            "/api/v1/strategies", json: #"{"strategy_name":"\#(name)","description":"d","parameters":{"window":20}}"#)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer["id"]?.integer)
    }
}
