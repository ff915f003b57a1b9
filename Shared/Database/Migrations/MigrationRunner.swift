package import Logging
import Postgres

/// Applies the migrations that a database lacks; any number of starters may run it at once.
package struct MigrationRunner: Sendable {
    /// Why the schema is left alone: one sentence for the operator.
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    /// The key of the advisory lock that lets one starter migrate at a time: "cryptodsk" in ASCII, cut to 63 bits.
    private static let lockKey = 7_165_075_617_583_461_227

    private let url: String
    private let password: String?
    private let migrations: [Migration]
    private let logger: Logger

    /// - Parameter url: a connection of the role that owns the tables.
    package init(url: String, password: String? = nil, migrations: [Migration] = Migration.all, logger: Logger) {
        self.url = url
        self.password = password
        self.migrations = migrations
        self.logger = logger
    }

    /// Brings the schema up to date, each migration in a transaction of its own.
    ///
    /// - Returns: the migrations that were applied now.
    /// - Throws: ``Refused`` when an applied migration was edited or the schema is newer than this program;
    ///   `PostgresError` when the server refuses.
    @discardableResult
    package func migrate() async throws -> [Migration] {
        let session = try await PostgresSession.connect(url: url, password: password)
        try await session.execute("SELECT pg_advisory_lock(\(Self.lockKey))")
        // The lock ends with the session, also when this throws.
        try await session.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version    integer     PRIMARY KEY,
                name       text        NOT NULL,
                checksum   text        NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
        let applied = try await appliedChecksums(session)
        try check(applied)
        let missing = migrations.filter { applied[$0.version] == nil }
        for migration in missing {
            try await apply(migration, session)
            logger.info(
                "Migration applied", metadata: ["version": "\(migration.version)", "name": "\(migration.name)"])
        }
        return missing
    }

    private func appliedChecksums(_ session: PostgresSession) async throws -> [Int: String] {
        let rows = try await session.execute("SELECT version, checksum FROM schema_migrations")
        return Dictionary(
            uniqueKeysWithValues: (0..<rows.count).compactMap { row in
                guard let version = rows.integer(row, 0), let checksum = rows.text(row, 1) else { return nil }
                return (version, checksum)
            })
    }

    private func check(_ applied: [Int: String]) throws(Refused) {
        let newest = migrations.map(\.version).max() ?? 0
        if let newer = applied.keys.max(), newer > newest {
            throw Refused(
                description:
                    "The database's schema is at version \(newer), but this program knows only up to \(newest): start a newer release."
            )
        }
        for migration in migrations {
            guard let checksum = applied[migration.version], checksum != migration.checksum else { continue }
            throw Refused(
                description:
                    "Migration \(migration.version) (\(migration.name)) was edited after it had been applied: restore it, and write the change as a new migration."
            )
        }
    }

    private func apply(_ migration: Migration, _ session: PostgresSession) async throws {
        do {
            try await session.execute("BEGIN")
            try await session.execute(migration.sql)
            try await session.execute(
                "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                [.integer(migration.version), .text(migration.name), .text(migration.checksum)])
            try await session.execute("COMMIT")
        } catch {
            _ = try? await session.execute("ROLLBACK")
            throw error
        }
    }
}
