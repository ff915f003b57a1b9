import Consistency
import HTTPService
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@Suite("Export and import, over a real database")
struct StrategyTransferTests {
    private static let lines: HTTPFields = [.contentType: "application/x-ndjson"]

    private static func importing(
        _ service: StrategiesUnderTest, _ body: String, _ query: String = "", as user: Int = 0,
        headers: HTTPFields = lines
    ) async throws -> StrategiesUnderTest.Answer {
        try await service.send(.post, "/import\(query)", as: user, headers: headers, body: body)
    }

    private static func results(_ answer: StrategiesUnderTest.Answer) throws -> [JSONObject] {
        try answer.text.split(separator: "\n").map { try #require(try JSONValue(parsing: Array($0.utf8)).object) }
    }

    private static func revision(_ answer: StrategiesUnderTest.Answer) throws -> Int {
        let text = try #require(answer.headers[.consistencyToken])
        return try #require(StrategiesUnderTest.codec.decode(text)).token.revision.number
    }

    @Test("each line is created or told what is wrong with it, and nothing else is lost")
    func eachLine() async throws {
        try await StrategiesUnderTest.with { service in
            let body = """
                {"strategy_name":"first","tags":["a","b"],"parameters":{"n":1.50,"q":"\\"\\\\"},"status":"active"}

                {"strategy_name":""}
                not JSON\r
                [1]
                {"strategy_name":"\(String(repeating: "x", count: 1_100_000))"}
                {"strategy_name":"second","user_id":1}
                {"strategy_name":"last","description":"é\\n"}
                """
            let answer = try await Self.importing(service, body)
            #expect(answer.status == 200 && answer.headers[.contentType] == "application/x-ndjson")
            let results = try Self.results(answer)
            #expect(results.map { $0["line"]?.integer } == [1, 3, 4, 5, 6, 7, 8])
            #expect(results.map { $0["status"]?.integer } == [201, 422, 400, 422, 413, 422, 201])
            #expect(
                results[1]["detail"]?.array?.first?.object?["loc"]
                    == .array([.string("body"), .string("strategy_name")]))
            #expect(results[2]["code"]?.string == "malformed_json")
            let ids = results.compactMap { $0["id"]?.integer }
            let list = try await service.send(.get, "?sort=created_at")
            #expect(list.ids == ids && ids.count == 2)
            #expect(try Self.revision(answer) == 1 && Self.revision(list) == 1)
            #expect(service.events.wakes == 1)
            let first = try await service.send(.get, "/\(ids[0])")
            #expect(first.object["parameters"] == (try JSONValue(parsing: Array(#"{"n":1.50,"q":"\"\\"}"#.utf8))))
            #expect(first.object["tags"] == .array([.string("a"), .string("b")]))
            #expect(try await service.send(.get, "/\(ids[1])").object["description"] == .string("é\n"))
            let kept = try await service.database.session().execute(
                """
                SELECT (SELECT count(*) FROM strategy_versions),
                       (SELECT count(*) FROM event_outbox WHERE kind = 'strategy.created')
                """)
            #expect(kept.integer(0, 0) == 2 && kept.integer(0, 1) == 2)
        }
    }

    @Test("many lines come in batches, each id with its line, and a revision a batch")
    func batches() async throws {
        try await StrategiesUnderTest.with { service in
            let count = 1203
            let body = (1...count).map { "{\"strategy_name\":\"s\($0)\"}\n" }.joined()
            let answer = try await Self.importing(service, body)
            let results = try Self.results(answer)
            #expect(results.map { $0["line"]?.integer } == Array(1...count))
            #expect(try Self.revision(answer) == 3)
            let rows = try await service.database.session().execute(
                "SELECT id, strategy_name FROM trading_strategies ORDER BY id")
            for row in 0..<count {
                #expect(rows.integer(row, 0) == results[row]["id"]?.integer && rows.text(row, 1) == "s\(row + 1)")
            }
        }
    }

    @Test("all or nothing: one wrong line keeps all out, and without one all come in by one revision")
    func atomic() async throws {
        try await StrategiesUnderTest.with { service in
            let good = (1...1100).map { "{\"strategy_name\":\"s\($0)\"}\n" }.joined()
            for (bad, status) in [
                ("{\"strategy_name\":\"\"}\n", 422), ("{\n", 422),
                ("{\"strategy_name\":\"\(String(repeating: "x", count: 1_100_000))\"}\n", 413),
            ] {
                let refused = try await Self.importing(service, good + bad + good, "?atomic=true")
                #expect(refused.status == status, "\(bad.prefix(30))")
                if status == 422 {
                    let location = refused.object["detail"]?.array?.first?.object?["loc"]?.array
                    #expect(location?.dropFirst().first == .string("line 1101"))
                }
            }
            #expect(try await service.send(.get).text == "[]")
            #expect(service.events.wakes == 0)
            let answer = try await Self.importing(service, good, "?atomic=true")
            #expect(answer.status == 200)
            let results = try Self.results(answer)
            #expect(results.count == 1100 && results.allSatisfy { $0["status"]?.integer == 201 })
            #expect(try Self.revision(answer) == 1 && service.events.wakes == 1)
            let rows = try await service.database.session().execute(
                "SELECT id, strategy_name FROM trading_strategies ORDER BY id")
            for row in 0..<rows.count {
                #expect(rows.integer(row, 0) == results[row]["id"]?.integer && rows.text(row, 1) == "s\(row + 1)")
            }
            #expect(try await service.database.session().execute("SELECT FROM import_batches").isEmpty)
            #expect(try await Self.importing(service, "\n", "?atomic=true").text == "")
        }
    }

    @Test("a body that is no NDJSON, that says it is longer, or a query that is not known is refused")
    func refused() async throws {
        try await StrategiesUnderTest.with { service in
            let line = "{\"strategy_name\":\"s\"}\n"
            for (type, status) in [("application/json", 415), ("text/plain", 415)] {
                let answer = try await Self.importing(service, line, headers: [.contentType: type])
                #expect(answer.status == status)
            }
            for query in ["?atomic=yes", "?limit=1", "?consistency=strong"] {
                #expect(try await Self.importing(service, line, query).status == 422, "\(query)")
            }
            var longer = Self.lines
            longer[.contentLength] = "1000"
            for query in ["?atomic=true", "?atomic=false"] {
                let answer = try await Self.importing(service, line + "{\"strategy_na", query, headers: longer)
                #expect(answer.status == 400, "\(query)")
            }
            #expect(try await service.send(.get).text == "[]")
        }
    }

    @Test(
        "a repeat under the same key creates what is not there yet, and tells the first ids",
        arguments: ["", "?atomic=true"])
    func repeats(query: String) async throws {
        try await StrategiesUnderTest.with { service in
            let line = "{\"strategy_name\":\"s\"}\n"
            var headers = Self.lines
            headers[.idempotencyKey] = "k"
            let first = try await Self.importing(service, String(repeating: line, count: 700), query, headers: headers)
            let again = try await Self.importing(service, String(repeating: line, count: 700), query, headers: headers)
            #expect(first.status == 200 && again.text == first.text)
            #expect(try Self.results(first).count == 700)
            func count() async throws -> Int? {
                try await service.database.session().execute("SELECT count(*) FROM trading_strategies").integer(0, 0)
            }
            #expect(try await count() == 700)
            let other = try await Self.importing(service, "{\"strategy_name\":\"t\"}", query, headers: headers)
            #expect(other.status == 422 && other.object["code"]?.string == "idempotency_key_reused")
            // As if the connection had been lost between two batches.
            if query.isEmpty {
                let session = try await service.database.session()
                try await session.execute("DELETE FROM idempotency_keys WHERE key LIKE '501 %'")
                try await session.execute(
                    "DELETE FROM trading_strategies WHERE id > (SELECT min(id) + 499 FROM trading_strategies)")
                let completed = try await Self.importing(service, String(repeating: line, count: 700), headers: headers)
                let (before, after) = (try Self.results(first), try Self.results(completed))
                #expect(after.prefix(500) == before.prefix(500) && after.count == 700)
                #expect(try await count() == 700)
            }
        }
    }

    @Test("more lines than an import takes are told where to go on")
    func tooManyLines() async throws {
        try await StrategiesUnderTest.with { service in
            let blank = String(repeating: "\n", count: 99_999)
            let line = "{\"strategy_name\":\"s\"}\n"
            let results = try Self.results(try await Self.importing(service, blank + line + line + line))
            #expect(results.map { $0["line"]?.integer } == [100_000, 100_001])
            #expect(results.map { $0["status"]?.integer } == [201, 413])
            #expect(try await Self.importing(service, blank + line + line, "?atomic=true").status == 413)
            #expect(try await service.send(.get).ids.count == 1)
        }
    }

    @Test("changes that a failover lost are told before anything comes in")
    func lost() async throws {
        try await StrategiesUnderTest.with { service in
            let seen = try await service.send(.post, body: #"{"strategy_name":"S"}"#)
            try await service.database.session().execute("DELETE FROM user_revisions")
            for query in ["", "?atomic=true"] {
                var headers = Self.lines
                headers[.consistencyToken] = seen.headers[.consistencyToken]
                let answer = try await Self.importing(service, "{\"strategy_name\":\"s\"}\n", query, headers: headers)
                #expect(answer.status == 409 && answer.object["code"]?.string == "changes_lost", "\(query)")
            }
            #expect(try await service.send(.get).ids.count == 1)
        }
    }

    @Test("what is exported is everything that the filters choose, each once, and one's own alone")
    func export() async throws {
        try await StrategiesUnderTest.with { service in
            let body = (1...1203).map { index in
                let text = String(repeating: "x", count: index % 7 * 100)
                return
                    "{\"strategy_name\":\"s\(index)\",\"description\":\"a\\n\(text)\",\"tags\":[\"t\(index % 2)\"]}\n"
            }.joined()
            let imported = try await Self.importing(service, body)
            _ = try await Self.importing(service, "{\"strategy_name\":\"theirs\"}", as: 1)
            let all = try await service.send(.get, "/export")
            #expect(all.status == 200 && all.headers[.contentType] == "application/x-ndjson")
            let lines = try Self.results(all)
            #expect(
                lines.compactMap { $0["id"]?.integer } == (try Self.results(imported)).compactMap { $0["id"]?.integer })
            #expect(try Self.revision(all) == 3)
            let one = try await service.send(.get, "/\(lines[700]["id"]?.integer ?? 0)")
            #expect(one.object == lines[700])
            let half = try Self.results(
                try await service.send(.get, "/export?tag=t1&q=S&status=draft&consistency=strong"))
            #expect(half.count == 602)
            #expect(try await service.send(.get, "/export?tag=none").text == "")
            for query in ["limit=5", "sort=created_at", "cursor=x", "user_id=1", "status=x"] {
                #expect(try await service.send(.get, "/export?\(query)").status == 422, "\(query)")
            }
        }
    }
}
