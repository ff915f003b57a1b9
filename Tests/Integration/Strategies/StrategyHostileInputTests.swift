import HTTPService
import HTTPTypes
import JSON
import Logging
import Postgres
import Strategies
import TestSupport
import Testing

@Suite("Hostile input, over a real database")
struct StrategyHostileInputTests {
    static let refused: [(String, Int)] = [
        (#"{"strategy_name":"a\u0000b"}"#, 422), (#"{"strategy_name":"a","parameters":{"k":"\u0000"}}"#, 422),
        (#"{"strategy_name":"a","parameters":{"k":1e70000}}"#, 422),
        (#"{"strategy_name":"a","parameters":{"k":1e-20000}}"#, 422),
        (#"{"strategy_name":"a","parameters":{"k":1e999999999999}}"#, 422), (#"{"strategy_name":"\ud800"}"#, 400),
        (#"{"strategy_name":"a","strategy_name":"b"}"#, 400), (#"{"strategy_name":"a"}}"#, 400),
        (#"[{"strategy_name":"a"}]"#, 422),
        (#"{"strategy_name":"a","__proto__":{}}"#, 422), (#"{"strategy_name":"a","user_id":2}"#, 422), ("", 400),
    ]

    @Test("in a body is refused, and never a 5xx")
    func bodies() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            for (body, status) in Self.refused {
                let operations: [(HTTPRequest.Method, String)] = [(.post, ""), (.put, "/\(id)"), (.patch, "/\(id)")]
                for (method, target) in operations {
                    let answer = try await service.send(method, target, body: body)
                    #expect(answer.status == status, "\(method) \(body)")
                }
            }
            let left = try await service.send(.get)
            #expect(left.ids == [id])
        }
    }

    @Test("what is at the limits is stored")
    func limits() async throws {
        try await StrategiesUnderTest.with { service in
            let depth = String(repeating: "{\"a\":", count: 31) + "{}" + String(repeating: "}", count: 31)
            let size = "{\"a\":\"" + String(repeating: "x", count: 65_536 - 8) + "\"}"
            let numbers = #"{"a":1e308,"b":-5e-324,"c":123456789012345678901234567890.123456789,"d":-0,"e":1E+2}"#
            let array = "{\"a\":[" + Array(repeating: "0", count: 32_000).joined(separator: ",") + "]}"
            for parameters in [depth, size, array, numbers] {
                let created = try await service.send(
                    .post, body: "{\"strategy_name\":\"a\",\"parameters\":\(parameters)}")
                #expect(created.status == 201)
                // What was stored can be patched: it still keeps to the limits.
                let patched = try await service.send(.patch, "/\(created.id)", body: #"{"description":"d"}"#)
                #expect(patched.status == 200)
                #expect(patched.object["parameters"] == created.object["parameters"])
            }
            #expect(try await service.send(.get).ids.count == 4)
        }
    }

    @Test("in the path names nothing")
    func ids() async throws {
        try await StrategiesUnderTest.with { service in
            for id in ["0", "-1", "1.0", "01", "abc", "9223372036854775808", "%27", "1%00", "1%2F2"] {
                for method in [HTTPRequest.Method.get, .delete] {
                    let answer = try await service.send(method, "/\(id)")
                    #expect(answer.status == 404, "\(method) \(id)")
                }
            }
        }
    }

    static let queries: [(String, Int)] = [
        ("?q=%27%20OR%201=1--", 200), ("?tag=%27%7D", 200), ("?q=%25", 200), ("?q=%5C", 200), ("?sort=id;select", 422),
        ("?status=%00", 422), ("?cursor=AAAA", 422), ("?limit=1e3", 422), ("?q=%FF", 400), ("?user_id=1", 403),
        ("?user_id=%27", 422),
        ("?q=%00", 422),
        ("?limit=99999999999999999999", 422), ("?cursor=MTo0OjE6YQ", 200),
    ]

    @Test("in the query is refused or finds nothing")
    func queries() async throws {
        try await StrategiesUnderTest.with { service in
            try await service.create("a plain name")
            for (query, status) in Self.queries {
                let answer = try await service.send(.get, query)
                #expect(answer.status == status, "\(query)")
                if status == 200, !query.contains("cursor") { #expect(answer.ids.isEmpty, "\(query)") }
            }
        }
    }

    @Test("a token that outlived its account creates nothing")
    func deletedAccount() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("N")
            _ = try await service.database.session().execute("DELETE FROM users WHERE id = \(service.users[0])")
            #expect(try await service.send(.post, body: #"{"strategy_name":"M"}"#).status == 401)
            #expect(try await service.send(.get, "/\(id)").status == 404)
            #expect(try await service.send(.get).text == "[]")
        }
    }

    @Test("a database that is away is a 503 that says when to try again")
    func databaseAway() async throws {
        let client = try PostgresCluster(
            configurations: [
                PostgresConfiguration(
                    url: "postgresql://nobody@127.0.0.1:1/none", statementTimeout: .milliseconds(200),
                    deadline: .milliseconds(300), applicationName: "test")
            ],
            logger: Logger(label: "test"))
        try await TestDatabase.with { database in
            try await withRunning(client) {
                let service = try StrategiesUnderTest(database: database, client: client, users: [1, 2])
                for answer in [
                    try await service.send(.get), try await service.send(.post, body: #"{"strategy_name":"M"}"#),
                    try await service.send(.patch, "/1", body: "{}"), try await service.send(.delete, "/1"),
                ] {
                    #expect(answer.status == 503 && answer.object["code"] == .string("database_unavailable"))
                    #expect(answer.headers[.retryAfter] == "1")
                }
            }
        }
    }
}
