import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("The event stream", .serialized)
struct StreamTests {
    private func object(_ message: String) throws -> JSONObject {
        try #require(try JSONValue(parsing: message.utf8).object)
    }

    @Test("a change through one gateway is told through the other, and through nginx, to its user alone")
    func everyGateway() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let (user, other) = (try await TestUser.make(cluster), try await TestUser.make(cluster))
        var streams: [WebSocketClient] = []
        for port in [cluster.port + 101, cluster.port + 102, cluster.port] {
            streams.append(try await WebSocketClient(port: port, token: user.accessToken))
        }
        let others = try await WebSocketClient(port: cluster.port, token: other.accessToken)
        #expect((streams + [others]).map(\.status) == [101, 101, 101, 101])
        let writer = user.client.at(cluster.gatewayURL(2))
        let created = try await writer.post(
            "/api/v1/strategies", json: #"{"strategy_name":"A","parameters":{"x":1.50}}"#)
        let id = try #require(created["id"]?.integer)
        let changed = try await writer.send(
            .PATCH, "/api/v1/strategies/\(id)", body: ("application/merge-patch+json", #"{"status":"active"}"#))
        let deleted = try await user.client.at(cluster.gatewayURL(1)).send(.DELETE, "/api/v1/strategies/\(id)")
        #expect([created, changed, deleted].map(\.status) == [201, 200, 204])
        for stream in streams {
            var ids: [String] = []
            for (type, data) in [
                ("strategy.created", created.json), ("strategy.changed", changed.json),
                ("strategy.deleted", .object(JSONObject(["id": .number("\(id)")]))),
            ] {
                let event = try object(try await stream.next())
                #expect(
                    event["type"]?.string == type && event["data"] == data && event.names == ["id", "type", "data"])
                ids.append(try #require(event["id"]?.string))
            }
            #expect(Set(ids).count == 3)
        }
        // The other user's first event is its own.
        let own = try await other.createStrategy("B")
        let event = try object(try await others.next())
        #expect(event["type"]?.string == "strategy.created" && event["data"]?.object?["id"]?.integer == own)
        for stream in streams + [others] { await stream.close() }
    }

    @Test("a logout ends the session's streams on every gateway, and no other session's")
    func logout() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let login = try await user.client.with(token: nil).login(user.email, TestUser.password)
        let second = try #require(login["access_token"]?.string)
        var streams: [WebSocketClient] = []
        for port in [cluster.port + 101, cluster.port + 102, cluster.port] {
            streams.append(try await WebSocketClient(port: port, token: user.accessToken))
        }
        let kept = try await WebSocketClient(port: cluster.port, token: second)
        #expect(try await user.client.send(.POST, "/api/v1/auth/logout").status == 204)
        let loggedOutAt = ContinuousClock.now
        var slowest = Duration.zero
        for stream in streams {
            #expect(try await stream.closeCode() == 4401)
            slowest = max(slowest, loggedOutAt.duration(to: .now))
        }
        print("stream: the last of 3 streams ended \(slowest) after the 204 of the logout")
        let id = try #require(
            try await user.client.with(token: second).post("/api/v1/strategies", json: #"{"strategy_name":"A"}"#)["id"]?
                .integer)
        #expect(try object(try await kept.next())["data"]?.object?["id"]?.integer == id)
        await kept.close()
        let refused = try await WebSocketClient(port: cluster.port, token: user.accessToken)
        #expect(refused.status == 401)
    }

    @Test("gateways are restarted one after the other: each stream is told to go, comes back, and misses nothing")
    func restart() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let followers = (0..<6).map { _ in StreamFollower(port: cluster.port, token: user.accessToken) }
        var created: [Int] = []
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for follower in followers { tasks.addTask { try await follower.run() } }
            #expect(try await eventually { followers.allSatisfy { $0.now.isConnected } })
            async let restarts = [
                cluster.desk("restart", "gateway-1").status, cluster.desk("restart", "gateway-2").status,
            ]
            let done = Mutexed(false)
            tasks.addTask {
                // Whatever happens to the restarts, the writing ends.
                try await Task.sleep(for: .seconds(90))
                done.value = true
            }
            let writing = Task {
                var ids: [Int] = []
                while !done.value {
                    ids.append(try await user.createStrategy("S"))
                    try await Task.sleep(for: .milliseconds(10))
                }
                return ids
            }
            let statuses = try await restarts
            done.value = true
            #expect(statuses == [0, 0])
            created = try await writing.value
            let all = created
            #expect(try await eventually { followers.allSatisfy { $0.now.created.count >= all.count } })
            tasks.cancelAll()
        }
        #expect(created.count > 20)
        for follower in followers {
            let record = follower.now
            #expect(record.created == created, "each once, in order")
            #expect(record.resyncs == 0 && !record.gaps.isEmpty)
            #expect(record.closeCodes.dropLast().allSatisfy { $0 == 1012 }, "\(record.closeCodes)")
        }
        let gaps = followers.flatMap { $0.now.gaps }
        print("stream: \(created.count) events, \(gaps.count) reconnections, the slowest after \(gaps.max() ?? .zero)")
        #expect(try await cluster.waitUntilReady())
    }

    @Test("Redis pauses: streams stay, and what happened meanwhile is told; when the stream is gone, all is read again")
    func redisAway() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let stream = try await WebSocketClient(port: cluster.port, token: user.accessToken)
        #expect(try await cluster.desk("pause", "redis").status == 0)
        let id = try await user.createStrategy("While it pauses")
        #expect(try await cluster.desk("resume", "redis").status == 0)
        #expect(try object(try await stream.next())["data"]?.object?["id"]?.integer == id)
        let last = try #require(stream.received.messages.last.map { try object($0)["id"]?.string })
        _ = try await RedisShell(cluster).run("DEL", "{events}:stream")
        #expect(try object(try await stream.next()) == JSONObject(["type": .string("resync")]))
        let late = try await WebSocketClient(
            port: cluster.port, path: "/api/v1/stream?last_event_id=\(last ?? "")", token: user.accessToken)
        #expect(try object(try await late.next()) == JSONObject(["type": .string("resync")]))
        let next = try await user.createStrategy("After it was lost")
        for client in [stream, late] {
            #expect(try object(try await client.next())["data"]?.object?["id"]?.integer == next)
            await client.close()
        }
    }
}
