import JSON
import TestSupport
import Testing

@Suite("Events of services that stop", .serialized)
struct OutboxFaultTests {
    private func strategy(_ message: String) throws -> Int? {
        try JSONValue(parsing: Array(message.utf8)).object?["data"]?.object?["id"]?.integer
    }

    /// Lets one instance commit while nothing can be published, and returns the strategy.
    private func commit(_ cluster: ClusterUnderTest, _ user: TestUser, _ name: String) async throws -> Int {
        #expect(try await cluster.desk("pause", "redis").status == 0)
        let answer = try await user.client.at(cluster.strategiesURL(1)).post(
            "/api/v1/strategies", json: #"{"strategy_name":"\#(name)"}"#)
        #expect(answer.status == 201)
        return try #require(answer["id"]?.integer)
    }

    @Test("a service killed between its COMMIT and the publication: the event comes all the same, once")
    func killed() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let stream = try await WebSocketClient(port: cluster.port, token: user.accessToken)
        let before = try await user.createStrategy("before")
        #expect(try strategy(try await stream.next()) == before)
        let committed = try await commit(cluster, user, "committed")
        #expect(try await cluster.desk("kill", "strategies-1").status == 0)
        #expect(try await cluster.desk("resume", "redis").status == 0)
        #expect(try strategy(try await stream.next()) == committed)
        let next = try await user.createStrategy("next")
        #expect(try strategy(try await stream.next()) == next)
        await stream.close()
        #expect(try await cluster.waitUntilReady())
    }

    @Test("a service that stands still right after its COMMIT: another instance publishes")
    func suspended() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let stream = try await WebSocketClient(port: cluster.port, token: user.accessToken)
        let committed = try await commit(cluster, user, "committed")
        #expect(try await cluster.desk("pause", "strategies-1").status == 0)
        #expect(try await cluster.desk("resume", "redis").status == 0)
        // It may hold the lock, which PostgreSQL takes from it after 3 s.
        #expect(try strategy(try await stream.next(within: .seconds(30))) == committed)
        #expect(try await cluster.desk("resume", "strategies-1").status == 0)
        let next = try await user.createStrategy("next")
        #expect(
            try strategy(try await stream.next()) == next, "what it had in hand when it stopped does not come again")
        await stream.close()
        #expect(try await cluster.waitUntilReady())
    }
}
