import Postgres
import TestSupport
import Testing

/// What somebody could do who makes the service send SQL of their own: as its role, on its connection.
@Suite("Hostile statements of the service's own role")
struct StrategyHostileStatementTests {
    private static let secret = "secret-of-the-first-user"

    /// Two users with strategies, the first one with a revision, a key and an import as well, and a session of the service's
    /// role for the second one.
    private static func with(
        _ body: (_ session: PostgresSession, _ owner: PostgresSession, _ users: [Int]) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let owner = try await database.session()
            let rows = try await owner.execute(
                "INSERT INTO users (email, full_name, password_hash) VALUES ('a@x', 'A', 'x'), ('b@x', 'B', 'x') RETURNING id"
            )
            let users = [0, 1].compactMap { rows.integer($0, 0) }
            try await owner.execute(
                """
                INSERT INTO trading_strategies (user_id, strategy_name)
                VALUES (\(users[0]), '\(secret)'), (\(users[1]), 'own');
                INSERT INTO idempotency_keys (user_id, key, fingerprint) VALUES (\(users[0]), '\(secret)', 'f');
                INSERT INTO import_batches VALUES (\(users[0]), '\(secret)', 0, '[]');
                SELECT raise_revision(\(users[0]), NULL, NULL);
                """)
            let session = try await database.session(.strategies)
            try await session.execute("SET cryptodesk.user_id = '\(users[1])'")
            try await body(session, owner, users)
        }
    }

    /// Every value that a statement returns, as one text.
    private static func text(_ rows: PostgresRows) -> String {
        (0..<rows.count).map { row in
            (0..<rows.columnCount).map { rows.text(row, $0) ?? "" }.joined(separator: " ")
        }.joined(separator: "\n")
    }

    static let refused = [
        // Becoming somebody else.
        "SET ROLE cryptodesk_owner", "SET ROLE cryptodesk_auth", "SET ROLE postgres",
        "SET SESSION AUTHORIZATION cryptodesk_owner", "ALTER ROLE cryptodesk_strategies BYPASSRLS",
        "GRANT cryptodesk_owner TO cryptodesk_strategies",
        // Changing the rules.
        "ALTER TABLE trading_strategies DISABLE ROW LEVEL SECURITY",
        "DROP POLICY trading_strategies_caller ON trading_strategies",
        "CREATE POLICY p ON trading_strategies USING (true)", "ALTER TABLE trading_strategies OWNER TO CURRENT_USER",
        "DROP TABLE trading_strategies", "TRUNCATE trading_strategies",
        "ALTER TABLE trading_strategies DISABLE TRIGGER ALL",
        // Code that runs with an owner's rights.
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM trading_strategies'",
        "CREATE OR REPLACE FUNCTION record_strategy_version() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER FUNCTION record_strategy_event() SECURITY INVOKER", "SELECT record_strategy_event()",
        "SELECT set_account_role('b@x', 'admin', interval '1 hour')", "CREATE EXTENSION dblink",
        "CREATE VIEW v AS SELECT * FROM trading_strategies", "CREATE TABLE public.t (a int)", "CREATE SCHEMA s",
        // Other tables, and what is written by triggers alone.
        "SELECT * FROM users", "SELECT * FROM sessions", "SELECT * FROM refresh_tokens", "SELECT * FROM audit_log",
        "SELECT * FROM api_keys", "INSERT INTO strategy_versions VALUES (1, 1, 99, '{}')",
        "UPDATE strategy_versions SET document = '{}'", "DELETE FROM strategy_versions",
        "INSERT INTO event_outbox (user_id, kind, data) VALUES (1, 'strategy.deleted', '{}')",
        "UPDATE event_outbox SET data = ''", "SELECT * FROM pg_authid", "SELECT * FROM pg_statistic",
        // The server's files and programs.
        "SELECT pg_read_file('pg_hba.conf')", "COPY trading_strategies TO '/tmp/strategies'",
        "COPY trading_strategies FROM PROGRAM 'id'", "SELECT lo_import('/etc/passwd')",
        // With security off a statement fails that it would have narrowed.
        "SET row_security = off; SELECT * FROM trading_strategies",
        // What is no number is nobody.
        "SET cryptodesk.user_id = 'all'; SELECT * FROM trading_strategies",
        "SET cryptodesk.user_id = '1 OR true'; SELECT * FROM trading_strategies",
    ]

    @Test("that would change who it is, what it may or what it reads from are refused")
    func refusals() async throws {
        try await Self.with { session, owner, users in
            for sql in Self.refused {
                let error = await #expect(throws: PostgresError.self, "\(sql)") { try await session.execute(sql) }
                #expect(error?.code == .server && error?.sqlState != nil, "\(sql): \(String(describing: error))")
                #expect(error?.description.contains(Self.secret) == false, "\(sql)")
                _ = try? await session.execute("ROLLBACK")
                try await session.execute("RESET ALL; SET cryptodesk.user_id = '\(users[1])'")
            }
            let kept = try await owner.execute("SELECT count(*) FROM trading_strategies")
            #expect(kept.integer(0, 0) == 2)
        }
    }

    static let narrowed = [
        "SELECT * FROM trading_strategies", "SELECT * FROM trading_strategies WHERE user_id <> 0 OR true",
        "SELECT document FROM strategy_versions", "SELECT 'secret' FROM user_revisions",
        "SELECT 'secret' FROM user_revision_epochs",
        "SELECT * FROM idempotency_keys", "SELECT * FROM import_batches", "SELECT 'secret' FROM event_outbox",
        "RESET cryptodesk.user_id; SELECT 'secret' FROM event_outbox", "RESET ALL; SELECT data FROM event_outbox",
        "SET cryptodesk.user_id = ''; SELECT data FROM event_outbox",
        "RESET cryptodesk.user_id; DELETE FROM event_outbox RETURNING data",
        // Another lock than the publishers', and a lock of two halves with the same numbers.
        "RESET ALL; SELECT pg_advisory_lock(1); SELECT data FROM event_outbox",
        "RESET ALL; SELECT pg_advisory_lock(least(sign(hashtext('cryptodesk.event_outbox'))::int, 0), hashtext('cryptodesk.event_outbox')); SELECT data FROM event_outbox",
        "TABLE trading_strategies",
        "SELECT count(*) FROM trading_strategies HAVING count(*) > 1",
        "WITH t AS (SELECT * FROM trading_strategies) SELECT * FROM t",
        "SELECT most_common_vals FROM pg_stats WHERE tablename = 'trading_strategies'",
        "UPDATE trading_strategies SET status = 'archived' WHERE strategy_name LIKE 'secret%' RETURNING document",
        "DELETE FROM trading_strategies WHERE strategy_name LIKE 'secret%' RETURNING document",
        "RESET cryptodesk.user_id; SELECT document FROM trading_strategies",
        "SET cryptodesk.user_id = ''; SELECT document FROM trading_strategies",
        "SET cryptodesk.user_id = '0'; SELECT document FROM trading_strategies",
        "SET cryptodesk.user_id = '-1'; SELECT document FROM strategy_versions",
        "SET app.user_id = '1'; SELECT document FROM trading_strategies",
        // A function that would tell of rows by its errors runs after the policy.
        "SELECT 1 / (strpos(strategy_name, 'secret') * 0 + (strategy_name NOT LIKE 'secret%')::int) FROM trading_strategies",
    ]

    @Test("that read or change what is there see the caller's own rows, whatever they say")
    func narrowing() async throws {
        try await Self.with { session, owner, users in
            for sql in Self.narrowed {
                let shown = try? Self.text(await session.execute(sql))
                #expect(shown?.contains("secret") != true, "\(sql): \(shown ?? "")")
                try await session.execute("RESET ALL; SET cryptodesk.user_id = '\(users[1])'")
            }
            let kept = try await owner.execute(
                "SELECT strategy_name, status FROM trading_strategies WHERE user_id = \(users[0])")
            #expect(kept.count == 1 && kept.text(0, 0) == Self.secret && kept.text(0, 1) == "draft")
            #expect(try await owner.execute("SELECT FROM event_outbox").count == 2)
        }
    }

    @Test("meet row-level security on every table with a user's rows, and no role of a service is above it")
    func tables() async throws {
        try await Self.with { _, owner, _ in
            let open = try await owner.execute(
                """
                SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity
                  AND (has_table_privilege('cryptodesk_strategies', c.oid, 'SELECT')
                       OR has_table_privilege('cryptodesk_auth', c.oid, 'SELECT'))
                """)
            #expect(open.isEmpty, "\(Self.text(open))")
            let strong = try await owner.execute(
                """
                SELECT rolname FROM pg_roles WHERE rolname IN ('cryptodesk_strategies', 'cryptodesk_auth')
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
                """)
            #expect(strong.isEmpty, "\(Self.text(strong))")
            let definers = try await owner.execute(
                """
                SELECT proname FROM pg_proc
                WHERE prosecdef AND pronamespace = 'public'::regnamespace
                  AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=""', 'search_path=']
                """)
            #expect(
                definers.isEmpty, "a function with its owner's rights must not look for names: \(Self.text(definers))")
        }
    }

    @Test("while data moves the role cannot pass for what brings changes over: it owns no write, and hides none")
    func passingForTheApplier() async throws {
        try await Self.with { session, owner, users in
            try await owner.execute(
                """
                UPDATE users SET legacy_user_id = 7 WHERE id = \(users[1]);
                UPDATE trading_strategies SET legacy_id = 1000000001 WHERE user_id = \(users[1]);
                INSERT INTO write_ownership (owner, epoch) VALUES ('legacy', 1);
                ALTER TABLE trading_strategies ENABLE TRIGGER trading_strategies_owner;
                ALTER TABLE trading_strategies ENABLE TRIGGER trading_strategies_capture_update;
                """)
            let change = "SET cryptodesk.applier = 'on'; UPDATE trading_strategies SET description = 'changed'"
            let error = await #expect(throws: PostgresError.self) { try await session.execute(change) }
            #expect(error?.sqlState == "CD003")
            try await owner.execute("UPDATE write_ownership SET owner = 'candidate'")
            try await session.execute(change)
            let captured = try await owner.execute("SELECT row_id FROM capture_outbox")
            #expect((0..<captured.count).map { captured.integer($0, 0) } == [1_000_000_001])
        }
    }
}
