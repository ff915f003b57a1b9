import Auth
import Foundation
import Postgres
import Strategies
import TestSupport
import Testing

/// Goes through every statement that reads or writes what a user can see.
@Suite("The catalogue of statements, over a real database")
struct StatementCatalogueTests {
    /// A user with one strategy, at revision 3, and a session of a service's role on that user's behalf.
    private struct Fixture {
        let session: PostgresSession
        let user: Int
        let strategy: Int
    }

    private static func with(_ role: TestDatabase.Role, _ body: (Fixture) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let owner = try await database.session()
            let user = try #require(
                try await owner.execute(
                    "INSERT INTO users (email, full_name, password_hash) VALUES ('a@x', 'A', 'x') RETURNING id"
                ).integer(0, 0))
            let strategy = try #require(
                try await owner.execute(
                    "INSERT INTO trading_strategies (user_id, strategy_name) VALUES (\(user), 'S') RETURNING id"
                ).integer(0, 0))
            for _ in 0..<3 { try await owner.execute("SELECT raise_revision(\(user), NULL, NULL)") }
            let session = try await database.session(role)
            try await session.execute("SET cryptodesk.user_id = '\(user)'")
            try await body(Fixture(session: session, user: user, strategy: strategy))
        }
    }

    /// What each statement is tried with, besides a write's minimum; a list's parameters follow from its shape.
    private static func parameters(of statement: Statement, _ fixture: Fixture) throws -> [PostgresValue] {
        let (user, row): (PostgresValue, PostgresValue) = (.integer(fixture.user), .integer(fixture.strategy))
        let known: [String: [PostgresValue]] = [
            "strategies_get": [user, row], "strategies_exists": [user, row],
            "strategies_create": [user, "N", .null, "{}", "{}", "draft"],
            "strategies_create_batch": [user, #"[{"strategy_name":"N","parameters":{},"tags":[],"status":"draft"}]"#],
            "strategies_replace": [user, row, "N", .null, "{}", "{}", "draft", "{}", false],
            "strategies_delete": [user, row, "{}", false], "strategies_restore": [user, row, 1, "{}", false],
            "strategies_versions": [user, row, 50, .integer(.max)], "strategies_version": [user, row, 1],
            "strategies_first_answer": [user, "k"],
            "auth_show_account": [user], "auth_create_account": ["b@x", "B", "x"], "auth_rename_account": [user, "N"],
        ]
        let list = StrategyListQuery.everyShape.lazy.map { Queries.list($0, userID: fixture.user) }
            .first { $0.0.name == statement.name }?.1
        return try #require(known[statement.name] ?? list, "\(statement.name) has no example in this test")
    }

    private static func minimum(of statement: Statement) -> [PostgresValue] {
        // A new account has seen nothing yet.
        statement.name == "auth_create_account" ? [] : [.null, .null]
    }

    @Test("every write raises its user's revision by exactly one, and returns it")
    func writes() async throws {
        for (role, statements) in [
            (TestDatabase.Role.strategies, Strategies.Queries.writes), (.auth, Auth.Queries.writes),
        ] {
            for statement in statements {
                try await Self.with(role) { fixture in
                    let parameters = try Self.parameters(of: statement, fixture) + Self.minimum(of: statement)
                    let rows = try await fixture.session.execute(statement.sql, parameters)
                    let isNew = statement.name == "auth_create_account"
                    #expect(rows.count == 1, "\(statement.name)")
                    #expect(
                        try RevisedRows(rows).revision == Revision(epoch: 1, number: isNew ? 1 : 4), "\(statement.name)"
                    )
                    let user = isNew ? rows.integer(0, 2) : fixture.user
                    let stored = try await fixture.session.execute(
                        "SELECT epoch, revision FROM user_revisions WHERE user_id = $1", [.optional(user)])
                    #expect(try RevisedRows(stored).revision == RevisedRows(rows).revision, "\(statement.name)")
                }
            }
        }
    }

    @Test("a write that changes nothing raises nothing")
    func emptyWrites() async throws {
        try await Self.with(.strategies) { fixture in
            let missing = Fixture(session: fixture.session, user: fixture.user, strategy: fixture.strategy + 1)
            for statement in [Queries.replace, Queries.delete, Queries.restore] {
                let parameters = try Self.parameters(of: statement, missing) + Self.minimum(of: statement)
                #expect(try await fixture.session.execute(statement.sql, parameters).isEmpty)
            }
            #expect(try await fixture.session.execute("SELECT revision FROM user_revisions").integer(0, 0) == 3)
        }
    }

    @Test("every read returns at least one row, its user's revision in the first, and no other revision in any")
    func reads() async throws {
        for (role, statements) in [
            (TestDatabase.Role.strategies, Strategies.Queries.reads), (.auth, Auth.Queries.reads),
        ] {
            try await Self.with(role) { fixture in
                for statement in statements {
                    let parameters = try Self.parameters(of: statement, fixture)
                    let rows = try await fixture.session.execute(statement.sql, parameters)
                    #expect(try RevisedRows(rows).revision == Revision(epoch: 1, number: 3), "\(statement.name)")
                    for row in 1..<max(1, rows.count) {
                        let (epoch, number) = (rows.integer(row, 0), rows.integer(row, 1))
                        #expect((epoch ?? 1) == 1 && (number ?? 3) == 3, "\(statement.name)")
                    }
                    // Somebody of whom nothing is known.
                    var foreign = parameters
                    foreign[0] = .integer(fixture.user + 1)
                    let nothing = try await fixture.session.execute(statement.sql, foreign)
                    #expect(nothing.count == 1, "\(statement.name)")
                    #expect(try RevisedRows(nothing).revision == .zero, "\(statement.name)")
                }
            }
        }
    }

    @Test("no statement is left out")
    func complete() throws {
        // What nobody reads through the API, or what belongs to a write.
        let exempt: [String: Set<String>] = [
            "Strategies": [
                "strategies_lock", "strategies_claim_key", "strategies_keep_answer",
                "strategies_record_administrator_read",
            ],
            "Auth": [
                "auth_find_account", "auth_start_session", "auth_rotate_token", "auth_token_state", "auth_end_session",
                "auth_end_all_sessions", "auth_revocations_after", "auth_delete_expired_revocations",
                "auth_credential", "auth_change_password", "auth_lock_revision", "auth_delete_account",
                "auth_refuse_tokens_of_deleted", "auth_end_other_sessions", "auth_list_sessions",
                "auth_session_exists", "auth_rehash",
            ],
        ]
        let catalogues = [
            "Strategies": Strategies.Queries.reads + Strategies.Queries.writes,
            "Auth": Auth.Queries.reads + Auth.Queries.writes,
        ]
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        for (service, statements) in catalogues {
            let source = try String(
                contentsOf: root.appending(path: "Services/\(service)/Sources/Storage/Queries.swift"), encoding: .utf8)
            let names = Set(source.matches(of: /Statement\(\s*"(\w+)"/).map { String($0.1) })
            #expect(!names.isEmpty)
            let missing = names.subtracting(statements.map(\.name)).subtracting(exempt[service] ?? [])
            #expect(
                missing.isEmpty, "a statement of \(service) must be in its catalogue or on the list above: \(missing)")
        }
    }

    @Test("the lists go through an index of the user, as the service's role and for any plan")
    func plans() async throws {
        try await TestDatabase.with { database in
            let owner = try await database.session()
            try await owner.execute(
                """
                INSERT INTO users (email, full_name, password_hash)
                SELECT i || '@x', 'N', 'x' FROM generate_series(1, 2000) i;
                INSERT INTO trading_strategies (user_id, strategy_name)
                SELECT u.id, 'S' || i FROM users u, generate_series(1, 5) i;
                INSERT INTO user_revisions SELECT id, 1, 1 FROM users;
                ANALYZE;
                """)
            let user = try #require(try await owner.execute("SELECT min(id) FROM users").integer(0, 0))
            let session = try await database.session(.strategies)
            try await session.execute("SET cryptodesk.user_id = '\(user)'; SET plan_cache_mode = force_generic_plan")
            for query in StrategyListQuery.everyShape {
                let (statement, parameters) = Queries.list(query, userID: user)
                try await session.execute("PREPARE planned AS \(statement.sql)")
                let values = parameters.map(\.literal).joined(separator: ", ")
                let rows = try await session.execute("EXPLAIN (COSTS OFF) EXECUTE planned (\(values))")
                let plan = (0..<rows.count).compactMap { rows.text($0, 0) }.joined(separator: "\n")
                #expect(!plan.contains("Seq Scan"), "\(statement.name):\n\(plan)")
                #expect(plan.contains("user_revisions_pkey"), "\(statement.name):\n\(plan)")
                let usesIndex = plan.firstMatch(of: #/on trading_strategies\w*\n\s+Index Cond: [(]+user_id = /#) != nil
                #expect(usesIndex, "\(statement.name):\n\(plan)")
                try await session.execute("DEALLOCATE planned")
            }
        }
    }
}

extension StrategyListQuery {
    /// Each order with each set of filters.
    fileprivate static let everyShape: [StrategyListQuery] = StrategySort.allCases.flatMap { sort in
        (0..<16).map { filters in
            var query = StrategyListQuery()
            query.sort = sort
            query.status = filters & 1 != 0 ? "draft" : nil
            query.tag = filters & 2 != 0 ? "t" : nil
            query.search = filters & 4 != 0 ? "s" : nil
            let key = sort.sortsByTime ? "2026-01-01T00:00:00Z" : "n"
            query.cursor = filters & 8 != 0 ? ListCursor(sort: sort, key: key, id: 1) : nil
            return query
        }
    }
}

extension PostgresValue {
    fileprivate var literal: String {
        switch self {
        case .null: "NULL"
        case .text(let text): "'\(text.replacingOccurrences(of: "'", with: "''"))'"
        case .integer(let integer): String(integer)
        case .boolean(let boolean): String(boolean)
        case .bytes: "''"
        }
    }
}
