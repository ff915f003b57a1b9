import Authentication
import Consistency
import HTTPService
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@Suite("Another user's strategies, over a real database")
struct StrategyAdministratorTests {
    /// The first user owns strategies, the second one is an administrator.
    private static func with(
        _ body: @Sendable (_ service: StrategiesUnderTest, _ list: String) async throws -> Void
    ) async throws {
        try await StrategiesUnderTest.with { service in
            try await service.database.session().execute("SELECT set_account_role('b@x', 'admin', interval '1 hour')")
            try await body(service, "?user_id=\(service.users[0])")
        }
    }

    private static func entries(_ service: StrategiesUnderTest) async throws -> PostgresRows {
        try await service.database.session().execute(
            """
            SELECT actor_id, user_id, address, request_id, details->>'query' FROM audit_log
            WHERE action = 'strategies.read' ORDER BY id
            """)
    }

    @Test("an administrator sees the list as its owner does, and each look is in the audit log")
    func list() async throws {
        try await Self.with { service, list in
            for name in ["One", "Two", "Three"] { try await service.create(name, rest: #","tags":["t"]"#) }
            let own = try await service.send(.get)
            let seen = try await service.send(.get, list, as: 1, role: .admin)
            #expect(seen.status == 200 && seen.text == own.text && seen.headers[.eTag] == own.headers[.eTag])
            let first = try await service.send(.get, "\(list)&limit=2&tag=t", as: 1, role: .admin)
            let rest = try await service.send(.get, try #require(first.next), as: 1, role: .admin)
            #expect(first.ids + rest.ids == own.ids && rest.next == nil)
            let unchanged = try await service.send(
                .get, list, as: 1, role: .admin, headers: [.ifNoneMatch: try #require(own.headers[.eTag])])
            #expect(unchanged.status == 304)
            let entries = try await Self.entries(service)
            #expect(entries.count == 4)
            #expect(entries.integer(0, 0) == service.users[1] && entries.integer(0, 1) == service.users[0])
            #expect(entries.text(0, 3) == "request-1" && entries.text(1, 4) == "\(list.dropFirst())&limit=2&tag=t")
            // Its own list is another one, and nobody's business.
            #expect(try await service.send(.get, as: 1, role: .admin).text == "[]")
            #expect(try await Self.entries(service).count == 4)
        }
    }

    @Test("nobody else sees it, nor does an administrator of yesterday, and nothing is written down")
    func refused() async throws {
        try await Self.with { service, list in
            try await service.create("One")
            for (user, role) in [(0, Role.user), (1, .user), (0, .admin)] {
                let answer = try await service.send(.get, list, as: user, role: role)
                #expect(answer.status == 403 && answer.object["code"]?.string == "forbidden", "\(user) \(role)")
                #expect(answer.headers[.consistencyToken] == nil && !answer.text.contains("One"))
            }
            let missing = try await service.send(.get, "?user_id=999999999", as: 1, role: .admin)
            #expect(missing.status == 404)
            try await service.database.session().execute("UPDATE users SET is_active = false WHERE email = 'b@x'")
            #expect(try await service.send(.get, list, as: 1, role: .admin).status == 403)
            #expect(try await Self.entries(service).isEmpty)
        }
    }

    @Test("the revision is the owner's, honoured, and kept apart from the administrator's own")
    func revision() async throws {
        try await Self.with { service, list in
            let created = try await service.send(.post, body: #"{"strategy_name":"One"}"#)
            let own = try await service.send(.post, as: 1, body: #"{"strategy_name":"Mine"}"#)
            let (token, ownToken) = (
                try #require(created.headers[.consistencyToken]), try #require(own.headers[.consistencyToken])
            )
            for header in [token, ownToken] {
                let answer = try await service.send(
                    .get, list, as: 1, role: .admin, headers: [.consistencyToken: header])
                #expect(answer.status == 200 && answer.headers[.consistencyToken] == token)
            }
            let lost = StrategiesUnderTest.codec.encode(
                ConsistencyToken(userID: service.users[0], revision: Revision(epoch: 1, number: 9)))
            let answer = try await service.send(.get, list, as: 1, role: .admin, headers: [.consistencyToken: lost])
            #expect(answer.status == 409 && answer.headers[.consistencyToken] == token)
            let other = StrategiesUnderTest.codec.encode(
                ConsistencyToken(userID: 999, revision: Revision(epoch: 1, number: 1)))
            #expect(
                try await service.send(.get, list, as: 1, role: .admin, headers: [.consistencyToken: other]).status
                    == 400)
        }
    }

    @Test("the service's own role can add to the audit log only what an administrator does")
    func roleHasNoMore() async throws {
        try await Self.with { service, _ in
            let session = try await service.database.session(.strategies)
            let record = "SELECT record_administrator_read(\(service.users[0]), '', '', '{}')"
            for caller in ["", "\(service.users[0])", "999999999"] {
                try await session.execute("SET cryptodesk.user_id = '\(caller)'")
                #expect(try await session.execute(record).text(0, 0) == "forbidden", "\(caller)")
            }
            for sql in [
                "SELECT * FROM audit_log", "INSERT INTO audit_log (action) VALUES ('x')", "DELETE FROM audit_log",
                "SELECT * FROM role_permissions", "SET ROLE cryptodesk_owner",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await session.execute(sql) }
                #expect(error?.sqlState == "42501", "\(sql)")
            }
            #expect(try await Self.entries(service).isEmpty)
        }
    }
}
