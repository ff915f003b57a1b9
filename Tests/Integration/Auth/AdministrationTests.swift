import Activity
import JSON
import Logging
import NIOHTTP1
import NIOPosix
import Postgres
import Redis
import TestSupport
import Testing

@Suite("Auth: administration")
struct AdministrationTests {
    /// Two administrators by an operator's command, and a user.
    private struct People {
        let admin: String
        let second: String
        let user: (access: String, refresh: String)
        var ids: [String: Int] = [:]
    }

    private func people(_ auth: AuthUnderTest) async throws -> People {
        for name in ["ann", "bea"] {
            _ = try await auth.register("\(name)@example.com")
            try await auth.execute(
                "SELECT set_account_role('\(name.uppercased())@example.com', 'admin', interval '1 hour')")
        }
        let admin = try await auth.signedIn("ann@example.com").access
        var people = People(
            admin: admin, second: try await auth.signedIn("bea@example.com").access,
            user: try await auth.signedIn("carl@example.com"))
        for object in try await list(auth, "users", admin).objects {
            people.ids[object["email"]?.string ?? ""] = object["id"]?.integer
        }
        return people
    }

    private func list(
        _ auth: AuthUnderTest, _ path: String, _ token: String
    ) async throws -> (objects: [JSONObject], next: String?) {
        let answer = try await auth.send("GET", "/api/v1/admin/\(path)", token: token)
        #expect(answer.status == 200, "\(answer.text)")
        let link = answer.headers.first(name: "Link")?.firstMatch(of: /<\/api\/v1\/admin\/([^>]+)>; rel="next"/)
        return (
            try JSONValue(parsing: Array(answer.text.utf8)).array?.compactMap(\.object) ?? [],
            link.map { String($0.1) }
        )
    }

    private func isRefused(_ auth: AuthUnderTest, _ token: String) async throws -> Bool {
        for instance in [0, 1] {
            guard
                try await eventually({
                    try await auth.send("GET", "/me", token: token, instance: instance).status == 401
                })
            else { return false }
        }
        return true
    }

    @Test("administrators see what the gateways tell of themselves, also while some end")
    func activity() async throws {
        try await AuthUnderTest.with { auth in
            let people = try await people(auth)
            let redis = RedisClient(
                configuration: try RedisConfiguration(
                    url: try TestEnvironment.value("TEST_REDIS_URL"),
                    password: try TestEnvironment.value("TEST_REDIS_PASSWORD")),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await redis.run() }
                let reports = GatewayReports(redis: redis, cluster: auth.database.name)
                try #require(try await eventually { redis.isReady })
                func told() async throws -> [Int] {
                    let answer = try await auth.send("GET", "/api/v1/admin/cluster", token: people.admin)
                    #expect(answer.status == 200, "\(answer.text)")
                    return answer.object["gateways"]?.array?.compactMap { $0.object?["connections"]?.integer } ?? []
                }
                #expect(try await told() == [])
                try await reports.write(#"{"connections":2}"#, of: "b")
                try await reports.write(#"{"connections":1}"#, of: "a")
                #expect(try await told() == [1, 2])
                try await reports.remove("a")
                #expect(try await told() == [2])
                group.cancelAll()
            }
            let refused = try await auth.send("GET", "/api/v1/admin/cluster", token: people.user.access)
            #expect(refused.status == 403)
        }
    }

    @Test("an administrator's order is written down and reaches one gateway once; what no gateway takes is withdrawn")
    func routeOrders() async throws {
        try await AuthUnderTest.with { auth in
            let people = try await people(auth)
            let redis = RedisClient(
                configuration: try RedisConfiguration(
                    url: try TestEnvironment.value("TEST_REDIS_URL"),
                    password: try TestEnvironment.value("TEST_REDIS_PASSWORD")),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await redis.run() }
                let questions = GatewayQuestions(redis: redis, cluster: auth.database.name)
                try #require(try await eventually { redis.isReady })
                let path = "/api/v1/admin/migrations"
                let unasked = try await auth.send("GET", path, token: people.admin)
                #expect(unasked.status == 503 && unasked["code"] == "upstream_unavailable")
                #expect(try await questions.take() == nil)

                /// Asks, and answers in a gateway's place.
                func asked(
                    _ method: String, _ path: String, _ body: String? = nil, answer: String
                ) async throws -> (status: Int, code: String?, question: JSONObject) {
                    async let reply = auth.send(method, path, body, token: people.admin)
                    var taken: GatewayQuestions.Taken?
                    _ = try await eventually {
                        taken = try await questions.take()
                        return taken != nil
                    }
                    let question = try #require(taken)
                    try await questions.answer(question, answer)
                    let answered = try await reply
                    let json = try JSONValue(parsing: Array(question.text.utf8)).object
                    return (answered.status, answered["code"], try #require(json))
                }
                let listed = try await asked("GET", path, answer: #"{"body":{"routes":[]}}"#)
                #expect(listed.status == 200 && listed.question["do"]?.string == "list")
                let unknown = try await asked("GET", "\(path)/x", answer: #"{"refused":"not_found","detail":"no"}"#)
                #expect(unknown.status == 404 && unknown.question["route"]?.string == "x")
                let order = #"{"reason":"a test","percent":5}"#
                let made = try await asked("POST", "\(path)/tasks/advance", order, answer: #"{"body":{}}"#)
                #expect(made.status == 200 && made.question["percent"]?.integer == 5)
                let id = try #require(people.ids["ann@example.com"])
                #expect(made.question["by"]?.string == "administrator \(id)")
                let refused = try await asked(
                    "POST", "\(path)/tasks/rollback", #"{"reason":"a test"}"#,
                    answer: #"{"refused":"migration_refused","detail":"there is no way back from legacy"}"#)
                #expect(refused.status == 409 && refused.code == "conflict")
                group.cancelAll()
            }
            let entries = try await list(auth, "audit?action=route.advance", people.admin).objects
            #expect(entries.first?["details"]?.object?["route"]?.string == "tasks")
            #expect(try await list(auth, "audit?action=route.rollback", people.admin).objects.count == 1)
            for (kind, body, mistakes) in [
                ("advance", #"{"percent":100,"force":1}"#, 3), ("rollback", #"{"reason":"","to":"full"}"#, 2),
                ("pin", #"{"reason":"x","user":0,"side":"both","x":1}"#, 3),
            ] {
                let path = "/api/v1/admin/migrations/tasks/\(kind)"
                let wrong = try await auth.send("POST", path, body, token: people.admin)
                #expect(wrong.status == 422 && wrong.items.count == mistakes, "\(wrong.text)")
                #expect(try await auth.send("POST", path, body, token: people.user.access).status == 403)
            }
            try await auth.execute("DELETE FROM role_permissions WHERE permission = 'routes:move'")
            let gone = try await auth.send(
                "POST", "/api/v1/admin/migrations/tasks/advance", #"{"reason":"x"}"#, token: people.admin)
            #expect(gone.status == 403)
        }
    }

    @Test("nobody but an administrator is let in, and an old token of one is not believed")
    func forbidden() async throws {
        try await AuthUnderTest.with { auth in
            let people = try await people(auth)
            let id = try #require(people.ids["ann@example.com"])
            for (method, path) in [
                ("GET", "users"), ("GET", "users/\(id)"), ("PATCH", "users/\(id)"), ("POST", "users/\(id)/revoke"),
                ("GET", "audit"),
            ] {
                let body = method == "PATCH" ? #"{"role":"user"}"# : nil
                let refused = try await auth.send(method, "/api/v1/admin/\(path)", body, token: people.user.access)
                #expect(refused.status == 403 && refused["code"] == "forbidden", "\(method) \(path)")
                #expect(try await auth.send(method, "/api/v1/admin/\(path)", body).status == 401)
            }
            // The token says admin still; the database does not.
            try await auth.execute("DELETE FROM role_permissions WHERE permission = 'audit:read'")
            #expect(try await auth.send("GET", "/api/v1/admin/audit", token: people.admin).status == 403)
            #expect(try await auth.send("GET", "/api/v1/admin/users", token: people.admin).status == 200)
        }
    }

    @Test("accounts are found by name, role and activity, page by page")
    func accounts() async throws {
        try await AuthUnderTest.with { auth in
            let people = try await people(auth)
            let pages = try await list(auth, "users?limit=2", people.admin)
            let rest = try await list(auth, try #require(pages.next), people.admin)
            #expect(rest.next == nil)
            #expect(
                (pages.objects + rest.objects).map { $0["email"]?.string }
                    == ["ann@example.com", "bea@example.com", "carl@example.com"])
            for (query, names) in [
                ("role=admin", ["ann", "bea"]), ("q=CARL", ["carl"]), ("q=%25", []), ("is_active=false", []),
                ("role=user&is_active=true", ["carl"]),
            ] {
                let found = try await list(auth, "users?\(query)", people.admin).objects
                #expect(found.compactMap { $0["email"]?.string } == names.map { "\($0)@example.com" }, "\(query)")
            }
            let wrong = try await auth.send(
                "GET", "/api/v1/admin/users?role=root&limit=0&cursor=x&x=1", token: people.admin)
            #expect(wrong.status == 422 && wrong.items.count == 4)
            let id = try #require(people.ids["carl@example.com"])
            let shown = try await auth.send("GET", "/api/v1/admin/users/\(id)", token: people.admin)
            #expect(shown.status == 200 && shown["email"] == "carl@example.com")
            for path in ["users/999999", "users/0", "users/x"] {
                #expect(try await auth.send("GET", "/api/v1/admin/\(path)", token: people.admin).status == 404)
            }
        }
    }

    @Test("a disabled account is out everywhere, and in again when it is enabled")
    func disabled() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let people = try await people(auth)
            let path = "/api/v1/admin/users/\(try #require(people.ids["carl@example.com"]))"
            let disabled = try await auth.send("PATCH", path, #"{"is_active":false}"#, token: people.admin)
            #expect(disabled.status == 200 && disabled.object["is_active"] == .bool(false))
            #expect(try await isRefused(auth, people.user.access))
            #expect(try await auth.refresh(people.user.refresh, instance: 1).status == 401)
            #expect(try await auth.login("carl@example.com").status == 401)
            #expect(try await auth.send("PATCH", path, #"{"is_active":true}"#, token: people.admin).status == 200)
            let again = try await auth.login("carl@example.com")
            #expect(try await auth.send("GET", "/me", token: again["access_token"], instance: 1).status == 200)
            #expect(try await auth.refresh(people.user.refresh).status == 401)
        }
    }

    @Test("a demoted administrator loses the role everywhere, and the session goes on without it")
    func demoted() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let people = try await people(auth)
            let other = try await auth.login("bea@example.com", from: AuthUnderTest.makeAddress())
            let path = "/api/v1/admin/users/\(try #require(people.ids["bea@example.com"]))"
            let demoted = try await auth.send("PATCH", path, #"{"role":"user"}"#, token: people.admin)
            #expect(demoted.status == 200 && demoted["role"] == "user")
            for token in [people.second, other["access_token"]] { #expect(try await isRefused(auth, token)) }
            let later = try await auth.refresh(other["refresh_token"], instance: 1)
            #expect(later.status == 200)
            #expect(try await auth.send("GET", "/me", token: later["access_token"])["role"] == "user")
            #expect(try await auth.send("GET", "/api/v1/admin/users", token: later["access_token"]).status == 403)
        }
    }

    @Test("every session of an account is revoked by an administrator")
    func revoked() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let people = try await people(auth)
            let id = try #require(people.ids["carl@example.com"])
            #expect(try await auth.send("POST", "/api/v1/admin/users/\(id)/revoke", token: people.admin).status == 204)
            #expect(try await isRefused(auth, people.user.access))
            #expect(try await auth.refresh(people.user.refresh).status == 401)
            #expect(try await auth.login("carl@example.com", from: AuthUnderTest.makeAddress()).status == 200)
            #expect(try await auth.send("POST", "/api/v1/admin/users/999999/revoke", token: people.admin).status == 404)
        }
    }

    @Test("the last active administrator stays, also when two demote each other at once")
    func lastAdmin() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let people = try await people(auth)
            let (ann, bea) = (people.ids["ann@example.com"] ?? 0, people.ids["bea@example.com"] ?? 0)
            async let first = auth.send(
                "PATCH", "/api/v1/admin/users/\(bea)", #"{"role":"user"}"#, token: people.admin
            ).status
            async let second = auth.send(
                "PATCH", "/api/v1/admin/users/\(ann)", #"{"is_active":false}"#, token: people.second, instance: 1
            ).status
            let statuses = [try await first, try await second]
            #expect(statuses.count { $0 == 200 } == 1, "\(statuses)")
            let rows = try await auth.database.session().execute(
                "SELECT email FROM users WHERE role = 'admin' AND is_active")
            #expect(rows.count == 1)
            let left = try #require(rows.text(0, 0))
            let token = try await auth.login(left, from: AuthUnderTest.makeAddress())["access_token"]
            for body in [#"{"role":"user"}"#, #"{"is_active":false}"#] {
                let refused = try await auth.send(
                    "PATCH", "/api/v1/admin/users/\(people.ids[left] ?? 0)", body, token: token)
                #expect(refused.status == 409 && refused["code"] == "last_admin")
            }
        }
    }

    // MARK: The audit log

    @Test("the audit log tells who did what to whom, and from where")
    func audit() async throws {
        try await AuthUnderTest.with { auth in
            let people = try await people(auth)
            let id = try #require(people.ids["carl@example.com"])
            let changed = try await auth.send(
                "PATCH", "/api/v1/admin/users/\(id)", #"{"is_active":false,"role":"admin"}"#, token: people.admin,
                headers: [("X-Request-Id", "change-000000001")])
            #expect(changed.status == 200)
            let entries = try await list(auth, "audit?user_id=\(id)", people.admin).objects.filter {
                $0["action"]?.string?.hasPrefix("login.") == false
            }
            #expect(entries.map { $0["action"]?.string } == ["account.disabled", "account.role_changed"])
            for entry in entries {
                #expect(entry["actor_id"]?.integer == people.ids["ann@example.com"])
                #expect(entry["user_id"]?.integer == id && entry["address"]?.string == auth.address)
                #expect(entry["request_id"]?.string == "change-000000001")
            }
            #expect(entries.last?["details"]?.object?["role"]?.string == "admin")
            let first = try await list(auth, "audit?action=account.role_changed&limit=2", people.admin)
            let rest = try await list(auth, try #require(first.next), people.admin)
            #expect(first.objects.count == 2 && rest.objects.count == 1 && rest.next == nil)
            #expect(try await list(auth, "audit?since=2999-01-01T00:00:00Z", people.admin).objects.isEmpty)
            let all = try await list(auth, "audit?since=2000-01-01T00:00:00.5Z", people.admin).objects
            #expect(all.count { $0["action"]?.string?.hasPrefix("login.") == false } == 4)
            let wrong = try await auth.send("GET", "/api/v1/admin/audit?since=now", token: people.admin)
            #expect(wrong.items == ["query.since value_error.datetime"])
        }
    }

    @Test("a refresh token that comes back, a changed password and a deleted account are written down once")
    func ownEntries() async throws {
        try await AuthUnderTest.with { auth in
            let (access, refresh) = try await auth.signedIn()
            let other = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())["refresh_token"]
            let next = try await auth.refresh(other)["refresh_token"]
            _ = try await auth.refresh(next)
            try await auth.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'")
            for _ in 0..<2 { #expect(try await auth.refresh(other)["code"] == "refresh_reused") }
            #expect(
                try await auth.send(
                    "POST", "/password",
                    "{\"current_password\":\"\(AuthUnderTest.password)\",\"new_password\":\"An0ther-One\"}",
                    token: access
                ).status == 204)
            let later = try await auth.refresh(refresh)["access_token"]
            #expect(
                try await auth.send("DELETE", "/me", #"{"password":"An0ther-One"}"#, token: later).status == 204)
            let rows = try await auth.database.session().execute(
                "SELECT action FROM audit_log WHERE action NOT LIKE 'login.%' ORDER BY id")
            #expect(
                (0..<rows.count).map { rows.text($0, 0) }
                    == ["session.refresh_reused", "password.changed", "account.deleted"])
        }
    }

    @Test("neither the service's role nor the tables' owner changes or deletes what the audit log says")
    func appendOnly() async throws {
        try await TestDatabase.with { database in
            let service = try await database.session(.auth)
            try await service.execute("INSERT INTO audit_log (action) VALUES ('test')")
            for session in [service, try await database.session(.owner)] {
                for sql in ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
                    await #expect(throws: PostgresError.self, "\(sql)") { try await session.execute(sql) }
                }
            }
            #expect(try await service.execute("SELECT action FROM audit_log").text(0, 0) == "test")
            let strategies = try await database.session(.strategies)
            for sql in ["SELECT FROM audit_log", "INSERT INTO audit_log (action) VALUES ('x')"] {
                await #expect(throws: PostgresError.self) { try await strategies.execute(sql) }
            }
            await #expect(throws: PostgresError.self) {
                try await service.execute("SELECT set_account_role('x', 'admin', interval '1 hour')")
            }
            await #expect(throws: PostgresError.self) {
                try await service.execute("INSERT INTO role_permissions VALUES ('user', 'audit:read')")
            }
        }
    }
}
