import NIOHTTP1
import Synchronization

/// Keeps cookies as a browser does.
final class Browser: Sendable {
    private let client: APIClient
    private let jar = Mutex<[String: String]>([:])

    static let ownPage = ("Sec-Fetch-Site", "same-origin")

    init(_ cluster: ClusterUnderTest, cookies: [String: String] = [:]) {
        client = APIClient(cluster.baseURL)
        jar.withLock { $0 = cookies }
    }

    var cookies: [String: String] { jar.withLock { $0 } }

    func forget(_ name: String) { jar.withLock { $0[name] = nil } }

    func set(_ name: String, _ value: String) { jar.withLock { $0[name] = value } }

    var field: String { cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ") }

    func send(
        _ method: HTTPMethod, _ path: String, _ json: String? = nil, at url: String? = nil,
        headers: [(String, String)] = [ownPage]
    ) async throws -> APIClient.Answer {
        let client = url.map { self.client.at($0) } ?? self.client
        let answer = try await client.send(
            method, path, headers: headers + (field.isEmpty ? [] : [("Cookie", field)]),
            body: json.map { ("application/json", $0) })
        for cookie in answer.headers["Set-Cookie"] {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            jar.withLock { $0[String(pair[0])] = cookie.contains("Max-Age=0") ? nil : String(pair[1]) }
        }
        return answer
    }

    /// - Parameter code: of a second factor.
    func signIn(
        _ user: TestUser, code: String? = nil, headers: [(String, String)] = [ownPage]
    ) async throws -> APIClient.Answer {
        let code = code.map { ",\"code\":\"\($0)\"" } ?? ""
        return try await send(
            .POST, "/api/v1/auth/session",
            "{\"email\":\"\(user.email)\",\"password\":\"\(TestUser.password)\"\(code)}", headers: headers)
    }
}
