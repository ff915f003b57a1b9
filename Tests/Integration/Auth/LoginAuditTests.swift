import Auth
import JSON
import NIOHTTP1
import Postgres
import TestSupport
import Testing

@Suite("Auth: logins in the audit log")
struct LoginAuditTests {
    @Test("each login that was looked at is written down, with the reason that the client is not told")
    func entries() async throws {
        try await AuthUnderTest.with { auth in
            let id = try #require(try await auth.register("alice@example.com").object["id"]?.integer)
            _ = try await auth.register("bob@example.com")
            try await auth.execute("UPDATE users SET is_active = false WHERE email = 'bob@example.com'")
            #expect(try await auth.login("alice@example.com", password: "Wr0ng").status == 401)
            #expect(try await auth.login("nobody@example.com").status == 401)
            #expect(try await auth.login("bob@example.com").status == 401)
            let right = try await auth.send(
                "POST", "/login", "username=alice%40example.com&password=\(AuthUnderTest.password)", form: true,
                headers: [("X-Request-Id", "login-0000000001")])
            #expect(right.status == 200)
            let rows = try await auth.database.session().execute(
                """
                SELECT action, user_id, actor_id, address, details->>'reason', details->>'second_factor', request_id,
                       (details->>'session_id')::uuid IN (SELECT id FROM sessions)
                FROM audit_log ORDER BY id
                """)
            #expect(
                (0..<rows.count).map { rows.text($0, 0) }
                    == ["login.failed", "login.failed", "login.failed", "login.succeeded"])
            #expect(
                (0..<rows.count).map { rows.text($0, 4) }
                    == ["wrong_password", "unknown_account", "inactive_account", nil])
            #expect((0..<rows.count).allSatisfy { rows.text($0, 3) == auth.address })
            #expect(rows.integer(0, 1) == id && rows.isNull(0, 2) && rows.isNull(1, 1))
            #expect(rows.integer(3, 1) == id && rows.integer(3, 2) == id && rows.text(3, 5) == "false")
            #expect(rows.text(3, 6) == "login-0000000001" && rows.boolean(3, 7) == true)
        }
    }

    @Test("what a limit stops is not written down: nobody fills the log faster than passwords are hashed")
    func limited() async throws {
        try await AuthUnderTest.with { auth in
            for index in 0..<8 {
                #expect(
                    try await auth.login("nobody@example.com", password: "Wr0ng").status == (index < 5 ? 401 : 429))
            }
            let rows = try await auth.database.session().execute("SELECT count(*) FROM audit_log")
            #expect(rows.integer(0, 0) == 5)
        }
    }
}
