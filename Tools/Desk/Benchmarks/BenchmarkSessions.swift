import FoundationEssentials
import LocalCluster

/// Sessions of prepared users, begun by signing in.
struct BenchmarkSessions {
    private let port: Int

    init(_ cluster: RunningCluster) { port = cluster.ports.listen(.gateway, 1) }

    private struct Pair: Decodable {
        let refreshToken: String

        enum CodingKeys: String, CodingKey { case refreshToken = "refresh_token" }
    }

    /// The refresh tokens of so many new sessions, those of one user after the other.
    func refreshTokens(_ count: Int, of users: [PreparedUsers.User]) async throws -> [String] {
        var tokens: [String] = []
        while tokens.count < count {
            let body = "username=\(users[tokens.count % users.count].email)&password=\(PreparedUsers.password)"
            let answer = await LoopbackHTTP.send(
                "POST", port: port, path: "/api/v1/auth/login", content: ("application/x-www-form-urlencoded", body))
            guard let answer, answer.status == 200,
                let pair = try? JSONDecoder().decode(Pair.self, from: Data(answer.body.utf8))
            else { throw ClusterError("A user could not sign in for the benchmark: \(answer?.body ?? "no answer").") }
            tokens.append(pair.refreshToken)
        }
        return tokens
    }
}
