import JSON
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("Processes that die", .serialized)
struct FaultTests {
    /// Answers that are not allowed: a wrong body, or a status that says something untrue.
    private final class Witness: Sendable {
        private struct Record {
            var wrong: [String] = []
            var right = 0
            var unavailable = 0
        }

        private let record = Mutex(Record())

        func saw(_ answer: APIClient.Answer, expecting body: JSONValue) {
            record.withLock { record in
                switch answer.status {
                case 200 where answer.json == body: record.right += 1
                case 502, 503, 504: record.unavailable += 1
                default: record.wrong.append("\(answer.status) \(answer.text.prefix(200))")
                }
            }
        }

        /// A connection that was cut is no answer, so no wrong one.
        func sawNothing() { record.withLock { $0.unavailable += 1 } }

        var wrong: [String] { record.withLock { $0.wrong } }
        var right: Int { record.withLock { $0.right } }
    }

    @Test(
        "each process is killed under load: no answer is wrong, and all comes back by itself",
        arguments: [
            "gateway-1", "gateway-2", "auth-1", "auth-2", "strategies-1", "strategies-2", "nginx", "redis",
            "redis-cache", "postgres-1", "postgres-2",
        ])
    func killed(name: String) async throws {
        let cluster = try await ClusterUnderTest.shared.value
        #expect(try await cluster.waitUntilServing())
        let user = try await TestUser.make(cluster)
        _ = try await user.createStrategy()
        let expected = try await user.client.get("/api/v1/strategies?consistency=strong").json
        // This client gives no Consistency-Token back: replicas may be a moment behind.
        #expect(try await eventually { try await user.client.get("/api/v1/strategies").json == expected })
        let witness = Witness()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<4 {
                tasks.addTask {
                    while !Task.isCancelled {
                        do {
                            witness.saw(try await user.client.get("/api/v1/strategies"), expecting: expected)
                        } catch {
                            witness.sawNothing()
                        }
                        try? await Task.sleep(for: .milliseconds(5))
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(200))
            let before = try #require(try await cluster.processes().first { $0.name == name }?.id)
            #expect(try await cluster.desk("kill", name).status == 0)
            let isBack = try await eventually(within: .seconds(30)) {
                try await cluster.processes().first { $0.name == name }.map { $0.id != before && $0.isReady } ?? false
            }
            #expect(isBack, "\(name) did not come back")
            #expect(try await cluster.waitUntilReady())
            let answered = witness.right
            #expect(try await eventually { witness.right > answered + 20 }, "no right answer after \(name) came back")
            tasks.cancelAll()
        }
        #expect(witness.wrong.isEmpty, "\(witness.wrong.prefix(3))")
        #expect(try await user.client.get("/api/v1/strategies").json == expected)
    }

    @Test("with Redis gone who is signed in goes on, an owner signs in, and a guesser gets no more than the limit")
    func withoutRedis() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let other = try await TestUser.make(cluster)
        #expect(try await cluster.desk("pause", "redis").status == 0)
        let guesses = try await Self.guess(user.email, 100, at: [cluster.authURL(1), cluster.authURL(2)])
        let stranger = try await APIClient(cluster.authURL(1)).login(
            user.email, TestUser.password, headers: Self.stranger)
        let login = try await user.client.with(token: nil).login(user.email, TestUser.password)
        let goesOn = try await eventually { try await user.client.get("/api/v1/strategies").status == 200 }
        let logout = try await other.client.send(.POST, "/api/v1/auth/logout")
        let isRefused = try await eventually(within: .seconds(1)) {
            try await other.client.get("/api/v1/strategies").status == 401
        }
        #expect(try await cluster.desk("resume", "redis").status == 0)
        // Each of the two lets its share of five through.
        #expect(guesses[401] == 4 && guesses[429] == 96, "\(guesses)")
        #expect(stranger.status == 429 && login.status == 200, "\(stranger.text) \(login.text)")
        #expect(goesOn && logout.status == 204 && isRefused)
        #expect(try await eventually { try await user.client.get("/api/v1/strategies").status == 200 })
        #expect(try await cluster.waitUntilServing())
    }

    private static let stranger = [("X-Forwarded-For", "2001:db8:77:ffff::1")]

    /// Wrong passwords from one address, all at once: how many answers there were of each status.
    private static func guess(_ email: String, _ count: Int, at urls: [String]) async throws -> [Int: Int] {
        try await withThrowingTaskGroup(of: Int.self) { tasks in
            for index in 0..<count {
                tasks.addTask {
                    try await APIClient(urls[index % urls.count]).login(
                        email, "Wrong-Password-\(index)", headers: stranger
                    ).status
                }
            }
            return try await tasks.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }
}
