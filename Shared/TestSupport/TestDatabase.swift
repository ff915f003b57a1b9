import Logging
import Migrations
package import Postgres

/// A database of a test's own, migrated, on the real server that the tests share.
package struct TestDatabase: Sendable {
    package enum Role: String, CaseIterable, Sendable {
        case owner = "cryptodesk_owner"
        case auth = "cryptodesk_auth"
        case strategies = "cryptodesk_strategies"
    }

    /// The service roles' password on the test server.
    package static let password = "test"

    package let name: String

    /// The connection URL of a role, without its password.
    package func url(_ role: Role) throws -> String {
        let folder = try TestEnvironment.value("TEST_POSTGRES_SOCKET_DIR")
        let port = try TestEnvironment.value("TEST_POSTGRES_PORT")
        return "postgresql://\(role.rawValue)@/\(name)?host=\(folder)&port=\(port)"
    }

    /// A session for the test's own statements.
    package func session(_ role: Role = .owner) async throws -> PostgresSession {
        try await PostgresSession.connect(url: url(role), password: Self.password)
    }

    /// Runs a test with a fresh, migrated database, which is dropped afterwards.
    package static func with<R>(
        isMigrated: Bool = true, _ body: (TestDatabase) async throws -> R
    ) async throws -> R {
        let server = try await connectToServer()
        let database = TestDatabase(name: "test_" + String(UInt64.random(in: .min ... .max), radix: 36))
        try await setPasswords(server)
        try await server.execute("CREATE DATABASE \(database.name) OWNER \(Role.owner.rawValue)")
        let outcome: Result<R, any Error>
        do {
            if isMigrated {
                let runner = MigrationRunner(
                    url: try database.url(.owner), password: password, logger: Logger(label: "test"))
                try await runner.migrate()
            }
            outcome = .success(try await body(database))
        } catch {
            outcome = .failure(error)
        }
        try await server.execute("DROP DATABASE IF EXISTS \(database.name) WITH (FORCE)")
        return try outcome.get()
    }

    private static func connectToServer() async throws -> PostgresSession {
        try await PostgresSession.connect(
            url: TestEnvironment.value("TEST_POSTGRES_URL"), password: TestEnvironment.value("TEST_POSTGRES_PASSWORD"))
    }

    /// Under a lock: PostgreSQL refuses two concurrent changes of one role.
    private static func setPasswords(_ server: PostgresSession) async throws {
        try await server.execute("SELECT pg_advisory_lock(1)")
        for role in Role.allCases {
            try await server.execute("ALTER ROLE \(role.rawValue) PASSWORD '\(password)'")
        }
        try await server.execute("SELECT pg_advisory_unlock(1)")
    }
}
