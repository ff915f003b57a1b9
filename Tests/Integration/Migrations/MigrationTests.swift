import Logging
import Migrations
import Postgres
import TestSupport
import Testing

@Suite("Migrations")
struct MigrationTests {
    private static func runner(_ database: TestDatabase, _ migrations: [Migration] = Migration.all) throws
        -> MigrationRunner
    {
        try MigrationRunner(
            url: database.url(.owner), password: TestDatabase.password, migrations: migrations,
            logger: Logger(label: "test"))
    }

    @Test("versions rise, each one used once")
    func numbering() {
        let versions = Migration.all.map(\.version)
        #expect(versions.first == 1 && versions == Set(versions).sorted())
    }

    @Test("of many starters at once, one applies each migration")
    func concurrentStarters() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let applied = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<6 { tasks.addTask { try await Self.runner(database).migrate().count } }
                return try await tasks.reduce(0, +)
            }
            #expect(applied == Migration.all.count)
        }
    }

    @Test("an edited migration is refused with a sentence that names it")
    func edited() async throws {
        try await TestDatabase.with { database in
            try await database.session().execute("UPDATE schema_migrations SET checksum = 'edited' WHERE version = 2")
            let error = await #expect(throws: MigrationRunner.Refused.self) {
                try await Self.runner(database).migrate()
            }
            #expect(error?.description.contains("Migration 2 (sessions) was edited") == true)
        }
    }

    @Test("a schema from a newer release is refused and left alone")
    func newer() async throws {
        try await TestDatabase.with { database in
            try await database.session().execute("INSERT INTO schema_migrations VALUES (999, 'future', 'x')")
            let error = await #expect(throws: MigrationRunner.Refused.self) {
                try await Self.runner(database).migrate()
            }
            #expect(error?.description.contains("version 999") == true)
        }
    }

    @Test("two accounts cannot differ by the case of their e-mail alone, and a deleted one takes its rows along")
    func constraints() async throws {
        try await TestDatabase.with { database in
            let session = try await database.session()
            let insert = "INSERT INTO users (email, full_name, password_hash) VALUES ($1, 'N', 'x') RETURNING id"
            let id = try await session.execute(insert, ["Ann@Example.com"]).integer(0, 0) ?? 0
            await #expect(throws: (any Error).self) { try await session.execute(insert, ["ann@example.COM"]) }
            try await session.execute(
                "INSERT INTO trading_strategies (user_id, strategy_name) VALUES ($1, 'S')", [.integer(id)])
            try await session.execute("DELETE FROM users WHERE id = $1", [.integer(id)])
            #expect(try await session.execute("SELECT count(*) FROM trading_strategies").integer(0, 0) == 0)
        }
    }
}
