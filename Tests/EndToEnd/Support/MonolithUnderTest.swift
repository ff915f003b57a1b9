import Foundation
import JSON
import NIOHTTP1
import Testing

/// A small cluster with `Examples/Monolith` beside it.
struct MonolithUnderTest: Sendable {
    /// A user of the monolith's, signed in there.
    struct User: Sendable {
        let id: Int
        let email: String
        let client: APIClient

        /// Creates a task and returns its id.
        func createTask(_ title: String) async throws -> Int {
            let answer = try await client.post("/tasks/", json: #"{"title":"\#(title)","description":"d"}"#)
            try #require(answer.status == 200, "\(answer.text)")
            return try #require(answer["id"]?.integer)
        }

        func rename(_ task: Int, _ title: String) async throws -> APIClient.Answer {
            try await client.send(.PUT, "/tasks/\(task)", body: ("application/json", #"{"title":"\#(title)"}"#))
        }
    }

    static let password = "Correct-Horse-7"

    let cluster: ClusterUnderTest

    /// - Parameters:
    ///   - gateways: how many.
    ///   - isBehindGateways: whether the gateways lead to the monolith, with the routes of its example.
    static func start(gateways: Int = 1, isBehindGateways: Bool = false) async throws -> MonolithUnderTest {
        var arguments = [
            "--gateways", "\(gateways)", "--auth", "1", "--strategies", "1", "--replicas", "0", "--with-monolith",
            "--no-demo",
        ]
        if isBehindGateways { arguments += ["--set", "GATEWAY_CONFIG=\(try gatewayFile())"] }
        return MonolithUnderTest(cluster: try await ClusterUnderTest.start(arguments))
    }

    /// The shipped file with what `Examples/Monolith/gateway.yaml` adds to its sections, and with guards that let everything
    /// pass: how fast a machine is decides no test.
    private static func gatewayFile() throws -> String {
        var repository = URL(filePath: #filePath)
        for _ in 0..<4 { repository.deleteLastPathComponent() }
        func read(_ path: String) throws -> String {
            try String(contentsOf: repository.appending(path: path), encoding: .utf8)
        }
        let parts = try read("Examples/Monolith/gateway.yaml").replacing(
            "guards: {mismatches: 10%}",
            with: "guards: {mismatches: 100%, error_ratio: 100, error_margin: 100%, p99_ratio: 100}"
        ).components(separatedBy: "\nroutes:\n")
        let upstream = try #require(parts.first?.components(separatedBy: "upstreams:\n").last)
        let text = try read("deploy/gateway/gateway.yaml").replacing(
            "\nupstreams:\n", with: "\nupstreams:\n\(upstream)")
        let file = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID().uuidString).yaml")
        try (text + "\n" + (try #require(parts.last))).write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    var client: APIClient { APIClient("http://127.0.0.1:\(cluster.port + 490)") }

    func register(_ email: String = TestUser.newEmail()) async throws -> User {
        let answer = try await client.post(
            "/users/", json: #"{"email":"\#(email)","full_name":"Test User","password":"\#(Self.password)"}"#)
        try #require(answer.status == 200, "\(answer.text)")
        let login = try await client.send(
            .POST, "/token",
            body: ("application/x-www-form-urlencoded", "username=\(email)&password=\(Self.password)"))
        return User(
            id: try #require(answer["id"]?.integer), email: email,
            client: client.with(token: try #require(login["access_token"]?.string, "\(login.text)")))
    }

    /// What psql prints for one statement in the monolith's own database.
    @discardableResult
    func query(_ sql: String) async throws -> String {
        let (output, status) = try await ClusterUnderTest.run([
            "psql", "--data", cluster.folder, "--role", "monolith", "--", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql,
        ])
        guard status == 0 else { throw ClusterUnderTest.Failed(description: output) }
        return output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Brings users over as the guide does, and returns each one's client of our API.
    func bringOver(_ users: [User]) async throws -> [APIClient] {
        let file = FileManager.default.temporaryDirectory.appending(path: "users-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        let ids = users.map { "\($0.id)" }.joined(separator: ",")
        let csv = try await query(
            """
            COPY (SELECT id AS legacy_user_id, email, full_name, hashed_password AS password_hash FROM users
                  WHERE id IN (\(ids))) TO STDOUT CSV HEADER
            """)
        try csv.write(to: file, atomically: true, encoding: .utf8)
        let (output, status) = try await cluster.desk("users", "import", file.path)
        try #require(status == 0, "\(output)")
        var clients: [APIClient] = []
        for user in users {
            let client = APIClient(cluster.baseURL)
            let login = try await client.login(user.email, Self.password)
            clients.append(client.with(token: try #require(login["access_token"]?.string, "\(login.text)")))
        }
        return clients
    }

    /// A `desk capture run` that lives until it is ended.
    func applier() throws -> Process {
        try ClusterUnderTest.launch(
            ["capture", "run", "--data", cluster.folder],
            log: FileManager.default.temporaryDirectory.appending(path: "applier-\(UUID().uuidString).log"))
    }
}
