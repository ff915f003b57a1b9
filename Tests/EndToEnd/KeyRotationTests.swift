import Foundation
import JSON
import Synchronization
import TestSupport
import Testing

@Suite("Keys that sign access tokens are replaced while everything runs")
struct KeyRotationTests {
    /// Answers by their status, and the key ids of the tokens that logins gave.
    private final class Record: Sendable {
        private struct State {
            var failures: [String] = []
            var reads = 0
            var kids: [String] = []
        }

        private let state = Mutex(State())

        var failures: [String] { state.withLock { $0.failures } }
        var reads: Int { state.withLock { $0.reads } }
        var kids: [String] { state.withLock { $0.kids } }

        func add(read answer: APIClient.Answer, _ what: String) {
            state.withLock { state in
                state.reads += 1
                if answer.status != 200 { state.failures.append("\(what): \(answer.status) \(answer.text)") }
            }
        }

        func add(login answer: APIClient.Answer) {
            let token = answer["access_token"]?.string
            state.withLock { state in
                guard answer.status == 200, let kid = token.flatMap(KeyRotationTests.kid) else {
                    state.failures.append("login: \(answer.status) \(answer.text)")
                    return
                }
                state.kids.append(kid)
            }
        }
    }

    /// The key that a token names.
    private static func kid(of token: String) -> String? {
        let header = token.prefix { $0 != "." }.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - header.count % 4) % 4)
        guard let data = Data(base64Encoded: String(header) + padding) else { return nil }
        return try? JSONValue(parsing: Array(data)).object?["kid"]?.string
    }

    private static func keys(_ cluster: ClusterUnderTest) async throws -> [String] {
        let answer = try await APIClient(cluster.baseURL).get("/.well-known/jwks.json")
        return answer["keys"]?.array?.compactMap { $0.object?["kid"]?.string } ?? []
    }

    /// The token of the last login.
    private final class Newest: Sendable {
        private let state: Mutex<String>

        init(_ token: String) { state = Mutex(token) }

        var token: String { state.withLock { $0 } }

        func replace(_ token: String) { state.withLock { $0 = token } }
    }

    /// Rotates, and waits until a login gets a token of the new key.
    private static func rotate(_ cluster: ClusterUnderTest, _ record: Record) async throws -> String {
        let (output, status) = try await cluster.desk("keys", "rotate", "--lead", "10", "--json")
        try #require(status == 0, "\(output)")
        let kid = try #require(try JSONValue(parsing: Array(output.utf8)).object?["kid"]?.string)
        #expect(try await keys(cluster).contains(kid), "it is published")
        #expect(record.kids.last != kid, "and does not sign yet")
        let (refusal, refused) = try await cluster.desk("keys", "rotate")
        #expect(refused == 1 && refusal.contains("does not sign yet"), "\(refusal)")
        #expect(try await eventually(within: .seconds(40)) { record.kids.last == kid }, "\(record.failures)")
        return kid
    }

    @Test("two rotations under reads and logins: none fails, new tokens name the new key, and old ones stay good")
    func underLoad() async throws {
        let cluster = try await ClusterUnderTest.start(["--set", "LOGIN_LIMIT_PER_MINUTE=100000"])
        let user = try await TestUser.make(cluster)
        let record = Record()
        let doors = [cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2), cluster.strategiesURL(1)]
        let newest = Newest(user.accessToken)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for door in doors {
                group.addTask {
                    while !Task.isCancelled {
                        for token in [user.accessToken, newest.token] {
                            let answer = try await user.client.with(token: token).at(door).get("/api/v1/strategies")
                            record.add(read: answer, door)
                        }
                    }
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    let answer = try await user.client.with(token: nil).login(user.email, TestUser.password)
                    record.add(login: answer)
                    if let token = answer["access_token"]?.string { newest.replace(token) }
                }
            }
            let first = try #require(Self.kid(of: user.accessToken))
            let second = try await Self.rotate(cluster, record)
            let third = try await Self.rotate(cluster, record)
            #expect(Set([first, second, third]).count == 3)
            #expect(try await Self.keys(cluster) == [first, second, third], "all of them have tokens that are good")
            for door in doors + [cluster.strategiesURL(2)] {
                #expect(try await user.client.at(door).get("/api/v1/strategies").status == 200)
            }
            let (list, _) = try await cluster.desk("keys", "list", "--json")
            let states = try JSONValue(parsing: Array(list.utf8)).array?.compactMap { $0.object?["state"]?.string }
            #expect(states == ["verifying", "verifying", "signing"])
            group.cancelAll()
        }
        #expect(record.failures == [] && record.reads > 100)
        // Once another key signs, no token of an earlier one is made.
        let changes = zip(record.kids, record.kids.dropFirst()).count { $0 != $1 }
        #expect(changes == 2, "\(changes) changes of the key")
        #expect(try await cluster.stop() == 0)
    }
}
