import Foundation
import JSON
import TestSupport
import Testing

@Suite("Live configuration", .serialized)
struct ReloadTests {
    private static let tight = """
        policies:
          tight:
            key: user
            limit: 60/h burst 30
            when_redis_is_away: local

        """

    /// A route of its own for what is counted here: a path of Strategies that is there in any case.
    private static let route = """

          - name: counted
            methods: GET
            path: /api/v1/strategies/{id}/counted
            upstream: strategies
            policies: tight
        """

    @Test("desk routes and desk reload: a new limit holds over all gateways at once, a mistake changes nothing")
    func reload() async throws {
        let shipped = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../deploy/gateway/gateway.yaml")
        let text = try String(contentsOf: shipped, encoding: .utf8)
        let file = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        let cluster = try await ClusterUnderTest.start([
            "--auth", "1", "--strategies", "1", "--replicas", "0", "--set", "GATEWAY_CONFIG=\(file.path)",
        ])
        let user = try await TestUser.make(cluster)
        let load = Load(user)
        let follower = StreamFollower(port: cluster.port, token: user.accessToken)
        let following = Task { try await follower.run() }
        defer { following.cancel() }
        #expect(try await eventually { follower.now.isConnected })
        try await load.run(readers: 2, writers: 1) {
            let before = try await cluster.desk("routes")
            #expect(before.status == 0 && before.output.contains("strategies.one"), "\(before.output)")
            #expect(!before.output.contains("counted"))

            let changed = text.replacing("policies:\n  user:", with: Self.tight + "  user:") + Self.route
            try changed.write(to: file, atomically: true, encoding: .utf8)
            let reloaded = try await cluster.desk("reload")
            #expect(reloaded.status == 0, "\(reloaded.output)")
            #expect(reloaded.output.contains("gateway-1 serves version 2"))
            #expect(reloaded.output.contains("gateway-2 serves version 2"))
            #expect(try await cluster.desk("routes").output.contains("tight 60/h burst 30"))

            // Every second one to the first gateway, and the rest to the other.
            var statuses: [Int] = []
            for turn in 0..<60 {
                let gateway = user.client.at(cluster.gatewayURL(turn % 2 == 0 ? 1 : 2))
                statuses.append(try await gateway.get("/api/v1/strategies/1/counted").status)
            }
            let counted = statuses.count { $0 != 429 }
            #expect((20...31).contains(counted), "\(statuses)")

            try changed.replacing("policies: tight", with: "policies: nobody").write(
                to: file, atomically: true, encoding: .utf8)
            let refused = try await cluster.desk("reload")
            #expect(refused.status == 1 && refused.output.contains("gateway-1 keeps what it had"))
            #expect(refused.output.contains("there is no policy \"nobody\""))
            #expect(try await cluster.desk("routes").output.contains("tight 60/h burst 30"))

            // A signal to one gateway is the same.
            try text.write(to: file, atomically: true, encoding: .utf8)
            let gateway = try #require(try await cluster.processes().first { $0.name == "gateway-2" })
            kill(gateway.id, SIGHUP)
            let admin = APIClient("http://127.0.0.1:\(try #require(gateway.adminPort))")
            #expect(try await eventually { try await admin.get("/config")["version"]?.integer == 3 })
            let answered = load.now.reads
            #expect(try await eventually { load.now.reads > answered + 10 })
        }
        // The event stream has gone on through all of it, over the same connection.
        let confirmed = load.now.confirmed.count
        #expect(try await eventually { follower.now.created.count >= confirmed })
        let followed = follower.now
        #expect(followed.isConnected && followed.closeCodes.isEmpty && followed.resyncs == 0, "\(followed)")
        #expect(load.now.failedReads.isEmpty && load.now.failedWrites.isEmpty, "\(load.now)")
        #expect(load.now.reads > 20)
        #expect(try await cluster.stop() == 0)
    }
}
