import Auth
import Authentication
import Logging
import Postgres
import TestSupport
import Testing

@Suite("Auth: users of a system that is migrated from")
struct LegacyIdentityTests {
    private func with(
        _ body: @escaping @Sendable (LegacyIdentityRepository, TestDatabase) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let configuration = try PostgresConfiguration(
                url: try database.url(.auth), password: TestDatabase.password, applicationName: "test")
            let postgres = try PostgresCluster(configurations: [configuration], logger: Logger(label: "test"))
            _ = try await database.session().execute(
                """
                INSERT INTO users (id, email, full_name, password_hash, role, token_epoch, legacy_user_id)
                OVERRIDING SYSTEM VALUE
                VALUES (1, 'Ann@example.com', 'A', 'x', 'admin', 3, 17), (2, 'bob@example.com', 'B', 'x', 'user', 0, NULL);
                INSERT INTO legacy_identities VALUES (17, 'Ann@example.com'), (18, 'gone@example.com'), (19, NULL)
                """)
            try await withRunning(postgres) { try await body(LegacyIdentityRepository(database: postgres), database) }
        }
    }

    @Test("a user is known by the name there, letter by letter, and never by the address of an account here")
    func known() async throws {
        try await with { repository, _ in
            let ann = try await repository.identity(of: "Ann@example.com")
            // Whoever administrates here is a user when signed in there.
            #expect(ann == .account(AccountStanding(userID: 1, role: .user, epoch: 3), legacyUserID: 17))
            for stranger in ["ann@example.com", "bob@example.com", "", "' OR true --", "17"] {
                #expect(try await repository.identity(of: stranger) == nil)
            }
            #expect(
                try await repository.counterpart(of: 1) == LegacyAccount(legacyUserID: 17, subject: "Ann@example.com"))
            #expect(try await repository.counterpart(of: 2) == nil)
            #expect(try await repository.counterpart(of: 3) == nil)
        }
    }

    @Test(
        "an account that is disabled, deleted or asks for a second factor has ended, and is not unknown",
        arguments: [
            "UPDATE users SET is_active = false WHERE id = 1", "DELETE FROM users WHERE id = 1",
            "UPDATE users SET mfa_enabled = true WHERE id = 1",
        ])
    func ended(change: String) async throws {
        try await with { repository, database in
            _ = try await database.session().execute(change)
            #expect(try await repository.identity(of: "Ann@example.com") == .ended)
            #expect(try await repository.identity(of: "gone@example.com") == .ended)
        }
    }

    @Test("the service's role cannot say who somebody is")
    func rights() async throws {
        try await with { _, database in
            let session = try await database.session(.auth)
            for change in [
                "INSERT INTO legacy_identities VALUES (20, 'bob@example.com')",
                "UPDATE legacy_identities SET legacy_email = 'bob@example.com' WHERE legacy_user_id = 19",
                "DELETE FROM legacy_identities",
            ] {
                await #expect(throws: PostgresError.self) { _ = try await session.execute(change) }
            }
        }
    }
}
