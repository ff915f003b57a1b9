import Postgres
import TestSupport
import Testing

@Suite("Row-level security and the caller")
struct CallerIsolationTests {
    private static let count = Statement("count_strategies", "SELECT count(*) FROM trading_strategies")
    private static let insert = Statement(
        "insert_strategy",
        "INSERT INTO trading_strategies (user_id, strategy_name) VALUES ($1::bigint, 'S') RETURNING id")

    private static func withTwoUsers(_ body: @Sendable (TestDatabase, PostgresClient, [Int]) async throws -> Void)
        async throws
    {
        try await TestDatabase.with { database in
            let session = try await database.session()
            let rows = try await session.execute(
                "INSERT INTO users (email, full_name, password_hash) VALUES ('a@x', 'A', 'x'), ('b@x', 'B', 'x') RETURNING id"
            )
            let users = [0, 1].compactMap { rows.integer($0, 0) }
            let client = try PostgresClientTests.client(database, .strategies, connections: 1)
            try await withRunning(client) { try await body(database, client, users) }
        }
    }

    @Test("a statement without its caller sees no row, even right behind one that has a caller")
    func withoutCaller() async throws {
        try await Self.withTwoUsers { _, client, users in
            for user in users {
                _ = try await client.write(Self.insert, [.integer(user)], caller: Caller(userID: user))
            }
            // One connection, sent together: callers must not leak from one statement of a sync to the next.
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for index in 0..<300 {
                    tasks.addTask {
                        let caller = index % 3 == 0 ? Caller.none : Caller(userID: users[index % 3 - 1])
                        let visible = try await client.read(Self.count, caller: caller).integer(0, 0)
                        #expect(visible == (index % 3 == 0 ? 0 : 1))
                    }
                }
                try await tasks.waitForAll()
            }
        }
    }

    @Test("nobody writes a row for somebody else")
    func foreignWrite() async throws {
        try await Self.withTwoUsers { _, client, users in
            for caller in [Caller(userID: users[0]), .none] {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.write(Self.insert, [.integer(users[1])], caller: caller)
                }
                #expect(error?.sqlState == "42501")
            }
        }
    }

    @Test("the service's role can neither see accounts nor switch its protection off")
    func roleHasNoMore() async throws {
        try await Self.withTwoUsers { _, client, _ in
            for sql in [
                "SELECT email FROM users", "SELECT * FROM sessions", "SET row_security = off",
                "ALTER TABLE trading_strategies DISABLE ROW LEVEL SECURITY", "DROP TABLE trading_strategies",
                "SET ROLE cryptodesk_owner", "TRUNCATE trading_strategies",
            ] {
                let outcome = await Task {
                    _ = try await client.write(Statement("hostile", sql))
                    return try await client.read(Self.count).integer(0, 0)
                }.result
                switch outcome {
                case .success(let visible): #expect(visible == 0, "\(sql)")
                case .failure(let error): #expect((error as? PostgresError)?.sqlState != nil, "\(sql): \(error)")
                }
            }
        }
    }

    @Test("a document holds exactly the members of the API, rendered as JSON")
    func document() async throws {
        try await Self.withTwoUsers { database, _, users in
            let rows = try await database.session().execute(
                """
                INSERT INTO trading_strategies (user_id, strategy_name, parameters, tags)
                VALUES (\(users[0]), 'Quote " and \\ é', '{"a": 1.50}', '{x,"y z"}') RETURNING document, id
                """)
            let document = try #require(rows.text(0, 0))
            let id = try #require(rows.integer(0, 1))
            let expected =
                #"{"id":\#(id),"user_id":\#(users[0]),"strategy_name":"Quote \" and \\ é","description":null,"#
                + #""parameters":{"a": 1.50},"tags":["x","y z"],"status":"draft","version":1,"created_at":""#
            #expect(document.hasPrefix(expected))
            #expect(document.hasSuffix("Z\"}"))
        }
    }
}
