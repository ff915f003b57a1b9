import HTTPService
import HTTPTypes
import JSON
import Postgres
import Strategies
import Testing

@Suite("Two users, over a real database")
struct StrategyIsolationTests {
    private static let body = #"{"strategy_name":"stolen"}"#

    static let operations: [(HTTPRequest.Method, String, String?, HTTPFields)] = [
        (.get, "", nil, [:]), (.head, "", nil, [:]), (.get, "", nil, [.ifNoneMatch: "*"]),
        (.get, "", nil, [.ifMatch: "\"x\""]), (.put, "", body, [:]),
        (.put, "", body, [.ifMatch: "*"]), (.put, "", body, [.ifMatch: "\"x\""]), (.patch, "", body, [:]),
        (.patch, "", body, [.ifMatch: "*"]), (.delete, "", nil, [:]), (.delete, "", nil, [.ifMatch: "\"x\""]),
        (.get, "/versions", nil, [:]), (.get, "/versions", nil, [.ifNoneMatch: "*"]),
        (.get, "/versions?limit=1", nil, [:]), (.get, "/versions/1", nil, [:]),
        (.get, "/versions/1", nil, [.ifNoneMatch: "*"]), (.post, "/versions/1/restore", nil, [:]),
        (.post, "/versions/1/restore", nil, [.ifMatch: "\"x\""]),
    ]

    @Test("another user's strategy is as one that does not exist, by every operation")
    func foreign() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("mine")
            let before = try await service.send(.get, "/\(id)")
            for (method, rest, body, headers) in Self.operations {
                let foreign = try await service.send(method, "/\(id)\(rest)", as: 1, headers: headers, body: body)
                let missing = try await service.send(
                    method, "/\(id + 1000)\(rest)", as: 1, headers: headers, body: body)
                #expect(foreign.status == 404, "\(method) \(rest) \(headers)")
                #expect(foreign.status == missing.status && foreign.text == missing.text)
                #expect(foreign.headers.map(\.name) == missing.headers.map(\.name))
            }
            let after = try await service.send(.get, "/\(id)")
            #expect(after.text == before.text)
        }
    }

    @Test("lists, filters, searches and cursors show one's own rows only")
    func lists() async throws {
        try await StrategiesUnderTest.with { service in
            for index in 0..<5 {
                try await service.create("secret \(index)", rest: #","tags":["t"],"status":"active""#)
            }
            let own = try await service.create("secret too", as: 1, rest: #","tags":["t"],"status":"active""#)
            let page = try await service.send(.get, "?limit=2&sort=strategy_name")
            let next = try #require(page.next)
            for target in ["", "?q=secret", "?tag=t", "?status=active", "?q=SECRET&tag=t&status=active", next] {
                let answer = try await service.send(.get, target, as: 1)
                #expect(answer.status == 200 && answer.ids == [own], "\(target)")
            }
        }
    }

    @Test("row-level security holds where a statement forgets whose rows it reads")
    func rowLevelSecurity() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("mine")
            let (owner, other) = (service.users[0], service.users[1])
            let get: [PostgresValue] = [.integer(owner), .integer(id)]
            let (list, parameters) = Queries.list(StrategyListQuery(), userID: owner)
            let delete: [PostgresValue] = get + VersionPrecondition.any.parameters
            let replace: [PostgresValue] = get + ["X", .null, "{}", "{}", "draft"] + VersionPrecondition.any.parameters
            let version: [PostgresValue] = get + [1]
            let restore: [PostgresValue] = version + VersionPrecondition.any.parameters
            let nothing: [PostgresValue] = [.null, .null]
            let create: [PostgresValue] = [.integer(owner), "X", .null, "{}", "{}", "draft"] + nothing
            let client = service.client
            for caller in [Caller.none, Caller(userID: other)] {
                // Neither the row nor how often it has changed.
                let versions: [PostgresValue] = get + [50, .integer(.max)]
                for (statement, values) in [
                    (Queries.get, get), (list, parameters), (Queries.version, version), (Queries.versions, versions),
                ] {
                    let rows = try await client.readPrimary(statement, values, caller: caller)
                    #expect(rows.count == 1 && rows.isNull(0, 2))
                    #expect(rows.integer(0, 0) == 0 && rows.integer(0, 1) == 0)
                }
                #expect(try await client.readPrimary(Queries.exists, get, caller: caller).boolean(0, 2) == false)
                #expect(try await client.write(Queries.replace, replace + nothing, caller: caller).isEmpty)
                #expect(try await client.write(Queries.delete, delete + nothing, caller: caller).isEmpty)
                #expect(try await client.write(Queries.restore, restore + nothing, caller: caller).isEmpty)
                let error = await #expect(throws: PostgresError.self) {
                    try await client.write(Queries.create, create, caller: caller)
                }
                #expect(error?.sqlState == "42501")
            }
            let own = try await client.readPrimary(Queries.get, get, caller: Caller(userID: owner))
            #expect(own.integer(0, 1) == 1 && own.integer(0, 2) == id)
        }
    }
}
