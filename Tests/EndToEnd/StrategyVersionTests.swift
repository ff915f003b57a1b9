import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Versions, entity tags and idempotency keys, through nginx")
struct StrategyVersionTests {
    @Test("a strategy goes back to what it was, and what has not changed is not sent again")
    func restore() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let client = try await TestUser.make(cluster).client
        let path = "/api/v1/strategies"
        let created = try await client.post(path, json: #"{"strategy_name":"first","parameters":{"a":1}}"#)
        let id = try #require(created["id"]?.integer)
        let changed = try await client.send(
            .PUT, "\(path)/\(id)", body: ("application/json", #"{"strategy_name":"second"}"#))
        #expect(changed.status == 200)
        let restored = try await client.send(.POST, "\(path)/\(id)/versions/1/restore")
        #expect(restored.status == 200 && restored["version"]?.integer == 3)
        #expect(restored["strategy_name"] == .string("first") && restored["parameters"] == created["parameters"])
        let versions = try await client.get("\(path)/\(id)/versions")
        let names = (versions.json.array ?? []).compactMap { $0.object?["strategy_name"]?.string }
        #expect(names == ["first", "second", "first"])
        let list = try await client.get(path)
        let tag = try #require(list.headers.first(name: "ETag"))
        #expect(try await client.get(path, headers: [("If-None-Match", tag)]).status == 304)
        #expect(try await client.get("\(path)/\(id)/versions/2").text == changed.text)
    }

    @Test("a version that is restored is told as a change, with the strategy as it is now")
    func restoredIsTold() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let stream = try await WebSocketClient(port: cluster.port, token: user.accessToken)
        let path = "/api/v1/strategies"
        let created = try await user.client.post(path, json: #"{"strategy_name":"first","tags":["a"]}"#)
        let id = try #require(created["id"]?.integer)
        let changed = try await user.client.send(
            .PUT, "\(path)/\(id)", body: ("application/json", #"{"strategy_name":"second"}"#))
        let restored = try await user.client.at(cluster.gatewayURL(2)).send(.POST, "\(path)/\(id)/versions/1/restore")
        #expect(restored["version"]?.integer == 3)
        for (type, data) in [
            ("strategy.created", created.json), ("strategy.changed", changed.json), ("strategy.changed", restored.json),
        ] {
            let event = try JSONValue(parsing: Array(try await stream.next().utf8)).object
            #expect(event?["type"]?.string == type && event?["data"] == data)
        }
        // What is not there, or is not what the client means, is no change.
        #expect(try await user.client.send(.POST, "\(path)/\(id)/versions/9/restore").status == 404)
        let stale = try await user.client.send(
            .POST, "\(path)/\(id)/versions/1/restore", headers: [("If-Match", "\"\(id)-2\"")])
        #expect(stale.status == 412)
        let next = try await user.createStrategy("next")
        let event = try JSONValue(parsing: Array(try await stream.next().utf8)).object
        #expect(event?["data"]?.object?["id"]?.integer == next)
        await stream.close()
    }

    @Test("a request repeated under its Idempotency-Key is done once, whichever instance answers")
    func once() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let key = [("Idempotency-Key", "order-66")]
        var answers: [APIClient.Answer] = []
        for base in [cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2), cluster.baseURL] {
            answers.append(
                try await user.client.at(base).post(
                    "/api/v1/strategies", json: #"{"strategy_name":"once"}"#, headers: key))
        }
        #expect(answers.allSatisfy { $0.status == 201 } && Set(answers.map(\.text)).count == 1)
        #expect(try await user.client.get("/api/v1/strategies").json.array?.count == 1)
        let other = try await user.client.post(
            "/api/v1/strategies", json: #"{"strategy_name":"other"}"#, headers: key)
        #expect(other.status == 422 && other["code"] == .string("idempotency_key_reused"))
    }
}
