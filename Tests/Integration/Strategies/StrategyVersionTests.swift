import HTTPService
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@Suite("The versions of a strategy, over a real database")
struct StrategyVersionTests {
    @Test("every change adds one, shown as the strategy was shown then")
    func history() async throws {
        try await StrategiesUnderTest.with { service in
            let first = try await service.send(
                .post, body: #"{"strategy_name":"A","parameters":{"a":1.50},"tags":["x","y"],"status":"active"}"#)
            let second = try await service.send(.put, "/\(first.id)", body: #"{"strategy_name":"B \" \u2028"}"#)
            let third = try await service.send(.patch, "/\(first.id)", body: #"{"description":"D"}"#)
            let history = try await service.send(.get, "/\(first.id)/versions")
            #expect(history.status == 200 && history.text == "[\(third.text),\(second.text),\(first.text)]")
            for (number, shown) in [(1, first), (2, second), (3, third)] {
                let version = try await service.send(.get, "/\(first.id)/versions/\(number)")
                #expect(version.status == 200 && version.text == shown.text)
                #expect(version.headers[.eTag] == "\"\(first.id)-\(number)\"")
            }
            for missing in ["0", "4", "01", "x", "-1", "99999999999999999999"] {
                #expect(try await service.send(.get, "/\(first.id)/versions/\(missing)").status == 404)
                #expect(try await service.send(.post, "/\(first.id)/versions/\(missing)/restore").status == 404)
            }
            // A refused change is none.
            #expect(try await service.send(.put, "/\(first.id)", body: "{}").status == 422)
            #expect(
                try await service.send(.delete, "/\(first.id)", headers: [.ifMatch: "\"\(first.id)-1\""]).status == 412)
            #expect(try await service.send(.get, "/\(first.id)/versions").text == history.text)
            #expect(try await service.send(.delete, "/\(first.id)").status == 204)
            for target in ["versions", "versions/1"] {
                #expect(try await service.send(.get, "/\(first.id)/\(target)").status == 404)
            }
        }
    }

    @Test("its pages go back to the first version, whatever is added meanwhile")
    func pages() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            for _ in 0..<6 { #expect(try await service.send(.patch, "/\(id)", body: "{}").status == 200) }
            var seen: [Int] = []
            var target: String? = "/\(id)/versions?limit=3"
            while let current = target {
                let page = try await service.send(.get, current)
                #expect(page.status == 200)
                seen += (page.json?.array ?? []).compactMap { $0.object?["version"]?.integer }
                target = page.next
                #expect(try await service.send(.patch, "/\(id)", body: "{}").status == 200)
                try #require(seen.count < 100)
            }
            #expect(seen == [7, 6, 5, 4, 3, 2, 1])
            #expect(try await service.send(.get, "/\(id)/versions?limit=0").status == 422)
            #expect(try await service.send(.post, "/\(id)/versions").status == 405)
        }
    }

    @Test("restoring adds a version with what an earlier one said")
    func restore() async throws {
        try await StrategiesUnderTest.with { service in
            let rest =
                #","description":"D\\\"","parameters":{"a":1.50,"b":[null,"é"]},"tags":["z","a,b"],"status":"paused""#
            let id = try await service.create("日本", rest: rest)
            let first = try await service.send(.get, "/\(id)").object
            #expect(try await service.send(.put, "/\(id)", body: #"{"strategy_name":"M"}"#).status == 200)
            let stale = try await service.send(
                .post, "/\(id)/versions/1/restore", headers: [.ifMatch: "\"\(id)-1\""])
            #expect(stale.status == 412)
            let restored = try await service.send(
                .post, "/\(id)/versions/1/restore", headers: [.ifMatch: "\"\(id)-2\""])
            #expect(restored.status == 200 && restored.headers[.eTag] == "\"\(id)-3\"")
            for member in ["strategy_name", "description", "parameters", "tags", "status", "created_at"] {
                #expect(restored.object[member]?.serialized() == first[member]?.serialized(), "\(member)")
            }
            #expect(restored.object["version"]?.integer == 3)
            #expect(try await service.send(.get, "/\(id)").text == restored.text)
            #expect(try await service.send(.get, "/\(id)/versions").json?.array?.count == 3)
            // Null and nothing come back as well.
            let empty = try await service.send(.post, "/\(id)/versions/2/restore")
            #expect(empty.object["description"] == .null && empty.object["tags"] == .array([]))
        }
    }

    @Test("of many that restore and patch at once each one adds a version, and none is overwritten")
    func concurrent() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for index in 0..<24 {
                    tasks.addTask {
                        try await index % 2 == 0
                            ? service.send(.post, "/\(id)/versions/1/restore").status
                            : service.send(.patch, "/\(id)", body: "{\"description\":\"\(index)\"}").status
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 })
            let history = try await service.send(.get, "/\(id)/versions?limit=200").json?.array ?? []
            #expect(history.compactMap { $0.object?["version"]?.integer } == Array((1...25).reversed()))
        }
    }

    @Test("the service's own role cannot change the history")
    func immutable() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            let session = try await service.database.session(.strategies)
            try await session.execute("SET cryptodesk.user_id = '\(service.users[0])'")
            for statement in [
                "UPDATE strategy_versions SET document = '{}'", "DELETE FROM strategy_versions",
                "TRUNCATE strategy_versions",
                "INSERT INTO strategy_versions VALUES (\(service.users[0]), \(id), 9, '{}')",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await session.execute(statement) }
                #expect(error?.sqlState == "42501", "\(statement)")
            }
            #expect(try await session.execute("SELECT count(*) FROM strategy_versions").integer(0, 0) == 1)
            try await session.execute("SET cryptodesk.user_id = '\(service.users[1])'")
            #expect(try await session.execute("SELECT count(*) FROM strategy_versions").integer(0, 0) == 0)
        }
    }

    @Test("lists and versions are not sent again to a client that has them")
    func conditions() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            for target in ["", "?limit=1&q=n", "/\(id)/versions", "/\(id)/versions/1"] {
                let full = try await service.send(.get, target)
                let tag = try #require(full.headers[.eTag])
                let unchanged = try await service.send(.get, target, headers: [.ifNoneMatch: tag])
                #expect(
                    unchanged.status == 304 && unchanged.text.isEmpty && unchanged.headers[.eTag] == tag, "\(target)")
                #expect(unchanged.headers[.consistencyToken] == full.headers[.consistencyToken])
                #expect(try await service.send(.get, target, headers: [.ifMatch: "\"x\""]).status == 412)
                #expect(try await service.send(.get, target, headers: [.ifMatch: tag]).text == full.text)
                #expect(try await service.send(.get, "", as: 1, headers: [.ifNoneMatch: tag]).status == 200)
            }
            let list = try await service.send(.get)
            let tag = try #require(list.headers[.eTag])
            #expect(try await service.send(.patch, "/\(id)", body: "{}").status == 200)
            let changed = try await service.send(.get, headers: [.ifNoneMatch: tag])
            #expect(changed.status == 200 && changed.headers[.eTag] != tag)
        }
    }
}
