import HTTPService
import HTTPTypes
import JSON
import Testing

@Suite("One strategy, over a real database")
struct StrategyResourceTests {
    private static let members = [
        "id", "user_id", "strategy_name", "description", "parameters", "tags", "status", "version", "created_at",
        "updated_at",
    ]

    @Test("what is created is shown, with every member of the reference")
    func create() async throws {
        try await StrategiesUnderTest.with { service in
            let created = try await service.send(
                .post, "/",
                body: #"{"strategy_name":"BTC Momentum","description":"RSI","parameters":{"rsi":14,"b":[1.50,null]}}"#)
            #expect(created.status == 201)
            #expect(created.object.names == Self.members)
            #expect(created.headers[.location] == "/api/v1/strategies/\(created.id)")
            #expect(created.headers[.eTag] == "\"\(created.id)-1\"")
            #expect(created.headers[.contentType] == "application/json")
            #expect(created.object["user_id"]?.integer == service.users[0])
            #expect(created.object["description"] == .string("RSI"))
            #expect(created.object["parameters"]?.object?["b"]?.serialized() == "[1.50,null]")
            #expect(created.object["tags"] == .array([]) && created.object["status"] == .string("draft"))
            #expect(created.object["version"]?.integer == 1)
            #expect(created.object["created_at"] == created.object["updated_at"])
            #expect(
                created.object["created_at"]?.string?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
            let shown = try await service.send(.get, "/\(created.id)")
            #expect(shown.status == 200 && shown.text == created.text)
            #expect(shown.headers[.eTag] == created.headers[.eTag])
            let head = try await service.send(.head, "/\(created.id)/")
            #expect(
                head.status == 200 && head.text.isEmpty && head.headers[.contentLength] == shown.headers[.contentLength]
            )
        }
    }

    @Test("text comes back as it went in, whatever it is")
    func roundTrip() async throws {
        let hostile = [
            "'; DROP TABLE trading_strategies; --", "$1", "\\", "\"", "{}", "%_", "NULL", " \t\n", "日本語 \u{1F600}",
            "e\u{301}", "\u{202E}abc", "</script>", "\u{7F}\u{1}", "\u{FFFF}", ",",
        ]
        try await StrategiesUnderTest.with { service in
            for text in hostile {
                let json = text.jsonEscaped
                let created = try await service.send(
                    .post,
                    body:
                        "{\"strategy_name\":\(json),\"description\":\(json),\"tags\":[\(json)],\"parameters\":{\(json):\(json)}}"
                )
                #expect(created.status == 201, "\(json)")
                for member in ["strategy_name", "description"] {
                    #expect(created.object[member]?.string.map { Array($0.utf8) } == Array(text.utf8))
                }
                #expect(created.object["tags"]?.array?.first?.string.map { Array($0.utf8) } == Array(text.utf8))
                #expect(created.object["parameters"]?.serialized() == "{\(json):\(json)}")
            }
            #expect(try await service.send(.get, "?limit=200").ids.count == hostile.count)
        }
    }

    @Test("PUT replaces everything that a client may write")
    func put() async throws {
        try await StrategiesUnderTest.with { service in
            let rest = #","description":"D","tags":["a"],"status":"active","parameters":{"a":1}"#
            let id = try await service.create("N", rest: rest)
            let replaced = try await service.send(.put, "/\(id)", body: #"{"strategy_name":"M"}"#)
            #expect(replaced.status == 200 && replaced.headers[.eTag] == "\"\(id)-2\"")
            #expect(replaced.object["description"] == .null && replaced.object["tags"] == .array([]))
            #expect(
                replaced.object["status"] == .string("draft") && replaced.object["parameters"]?.serialized() == "{}")
            #expect(replaced.object["version"]?.integer == 2)
            let (created, updated) = (replaced.object["created_at"]?.string, replaced.object["updated_at"]?.string)
            #expect(created ?? "" < updated ?? "")
            #expect(try await service.send(.get, "/\(id)").text == replaced.text)
        }
    }

    @Test("PATCH merges, in both media types")
    func patch() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create(
                "N", rest: #","description":"D","tags":["a"],"parameters":{"a":1.50,"b":{"c":2}}"#)
            let merge: HTTPFields = [.contentType: "application/merge-patch+json"]
            let first = try await service.send(
                .patch, "/\(id)", headers: merge, body: #"{"parameters":{"b":{"c":null,"d":3}},"status":"paused"}"#)
            #expect(first.status == 200 && first.object["version"]?.integer == 2)
            #expect(first.object["parameters"]?.serialized() == #"{"a":1.50,"b":{"d":3}}"#)
            let second = try await service.send(.patch, "/\(id)", body: #"{"description":null}"#)
            #expect(second.object["description"] == .null && second.object["status"] == .string("paused"))
            #expect(second.headers[.eTag] == "\"\(id)-3\"")
            let refused = try await service.send(.patch, "/\(id)", body: #"{"version":9,"strategy_name":null}"#)
            #expect(refused.status == 422)
            #expect(try await service.send(.get, "/\(id)").text == second.text)
        }
    }

    @Test("DELETE ends it")
    func delete() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let deleted = try await service.send(.delete, "/\(id)")
            #expect(deleted.status == 204 && deleted.text.isEmpty && deleted.headers[.contentType] == nil)
            for method in [HTTPRequest.Method.get, .delete] {
                #expect(try await service.send(method, "/\(id)").status == 404)
            }
            #expect(try await service.send(.put, "/\(id)", body: #"{"strategy_name":"M"}"#).status == 404)
            #expect(try await service.send(.patch, "/\(id)", body: "{}").status == 404)
        }
    }

    @Test("If-None-Match saves the body, If-Match saves the change of somebody else")
    func conditions() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let (old, new) = ("\"\(id)-1\"", "\"\(id)-2\"")
            let unchanged = try await service.send(.get, "/\(id)", headers: [.ifNoneMatch: "W/\(old)"])
            #expect(unchanged.status == 304 && unchanged.text.isEmpty && unchanged.headers[.eTag] == old)
            #expect(
                try await service.send(.put, "/\(id)", headers: [.ifMatch: old], body: #"{"strategy_name":"M"}"#).status
                    == 200)
            #expect(try await service.send(.get, "/\(id)", headers: [.ifNoneMatch: old]).status == 200)
            for stale in [old, "W/\(new)", "\"\(id + 1)-2\"", "\"x\""] {
                let headers: HTTPFields = [.ifMatch: stale]
                let put = try await service.send(.put, "/\(id)", headers: headers, body: #"{"strategy_name":"X"}"#)
                #expect(put.status == 412 && put.object["code"] == .string("precondition_failed"))
                #expect(try await service.send(.patch, "/\(id)", headers: headers, body: "{}").status == 412)
                #expect(try await service.send(.delete, "/\(id)", headers: headers).status == 412)
            }
            #expect(try await service.send(.get, "/\(id)").object["strategy_name"] == .string("M"))
            let either: HTTPFields = [.ifMatch: "\(old), \(new)"]
            #expect(
                try await service.send(.patch, "/\(id)", headers: either, body: #"{"strategy_name":"P"}"#).status == 200
            )
            #expect(try await service.send(.delete, "/\(id)", headers: [.ifMatch: "*"]).status == 204)
            #expect(try await service.send(.delete, "/\(id)", headers: [.ifMatch: "*"]).status == 404)
        }
    }

    @Test("a change asked for with If-None-Match is refused where it names what is there")
    func noneMatch() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let body = #"{"strategy_name":"X"}"#
            for field in ["*", "\"\(id)-1\"", "W/\"\(id)-1\"", "\"x\", \"\(id)-1\""] {
                let headers: HTTPFields = [.ifNoneMatch: field]
                for method in [HTTPRequest.Method.put, .patch] {
                    let refused = try await service.send(method, "/\(id)", headers: headers, body: body)
                    #expect(refused.status == 412 && refused.object["code"] == .string("precondition_failed"))
                }
                #expect(try await service.send(.delete, "/\(id)", headers: headers).status == 412)
            }
            #expect(try await service.send(.get, "/\(id)").object["version"]?.integer == 1)
            let other: HTTPFields = [.ifNoneMatch: "\"\(id)-9\", \"\(id + 1)-1\""]
            #expect(try await service.send(.put, "/\(id)", headers: other, body: body).status == 200)
            #expect(try await service.send(.patch, "/\(id)", headers: other, body: body).status == 200)
            #expect(try await service.send(.delete, "/\(id)", headers: other).status == 204)
            #expect(try await service.send(.delete, "/\(id)", headers: [.ifNoneMatch: "*"]).status == 404)
        }
    }

    @Test("of many that patch at once each one comes through, and none undoes another")
    func concurrentPatches() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for index in 0..<40 {
                    tasks.addTask {
                        try await service.send(.patch, "/\(id)", body: "{\"parameters\":{\"p\(index)\":\(index)}}")
                            .status
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            let result = try await service.send(.get, "/\(id)").object
            #expect(result["parameters"]?.object?.names.count == 40 && result["version"]?.integer == 41)
        }
    }

    @Test("of many that replace the same version one comes through")
    func concurrentPuts() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for index in 0..<20 {
                    tasks.addTask {
                        try await service.send(
                            .put, "/\(id)", headers: [.ifMatch: "\"\(id)-1\""], body: "{\"strategy_name\":\"\(index)\"}"
                        ).status
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1 && statuses.filter { $0 == 412 }.count == 19)
        }
    }
}
