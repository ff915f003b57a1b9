import APIContract
import Auth
import Authentication
import JSON
import NIOHTTP1
import Postgres
import TestSupport
import Testing

@Suite("Auth: API keys")
struct APIKeyTests {
    private static let both = #"{"name":"Bot","scopes":["strategies:read","strategies:write"]}"#

    private func list(_ auth: AuthUnderTest, _ token: String) async throws -> [JSONObject] {
        let answer = try await auth.send("GET", "/api-keys", token: token)
        #expect(answer.status == 200 && answer.headers.first(name: "Cache-Control") == "no-store")
        return try JSONValue(parsing: Array(answer.text.utf8)).array?.compactMap(\.object) ?? []
    }

    @Test("a key is shown once, kept as its hash, listed by its prefix, and gone when it is deleted")
    func life() async throws {
        try await AuthUnderTest.with { auth in
            let token = try await auth.signedIn().access
            let made = try await auth.send("POST", "/api-keys", Self.both, token: token)
            #expect(made.status == 201 && made.headers.first(name: "Cache-Control") == "no-store")
            let key = try #require(APIKey(made["key"]))
            #expect(made.object["name"]?.string == "Bot" && made["prefix"] == key.shownPrefix)
            let listed = try await list(auth, token)
            #expect(listed.count == 1)
            #expect(
                listed.first?.names == ["id", "name", "scopes", "prefix", "created_at", "last_used_at", "expires_at"])
            #expect(listed.first?["last_used_at"] == .null && listed.first?["expires_at"] == .null)
            let session = try await auth.database.session()
            #expect(try await session.execute("SELECT key_hash FROM api_keys").bytes(0, 0) == key.hash)
            let everything = try await session.execute(
                "SELECT api_keys::text || audit_log::text FROM api_keys, audit_log")
            for row in 0..<everything.count { #expect(everything.text(row, 0)?.contains(key.text) == false) }

            let id = try #require(listed.first?["id"]?.integer)
            let stranger = try await auth.signedIn("bob@example.com").access
            #expect(try await auth.send("DELETE", "/api-keys/\(id)", token: stranger).status == 404)
            #expect(try await list(auth, stranger).isEmpty)
            for unknown in ["0", "x", "0\(id)", "\(id + 1)", "99999999999999999999"] {
                #expect(try await auth.send("DELETE", "/api-keys/\(unknown)", token: token).status == 404)
            }
            #expect(try await auth.send("DELETE", "/api-keys/\(id)", token: token).status == 204)
            #expect(try await auth.send("DELETE", "/api-keys/\(id)", token: token).status == 404)
            #expect(try await list(auth, token).isEmpty)
            let audit = try await session.execute(
                "SELECT action FROM audit_log WHERE action NOT LIKE 'login.%' ORDER BY id")
            #expect((0..<audit.count).map { audit.text($0, 0) } == ["api_key.created", "api_key.revoked"])
            let revoked = try await session.execute("SELECT count(*) FROM revocations WHERE kind = 'session'")
            #expect(revoked.integer(0, 0) == 1)
        }
    }

    @Test(
        "each wrong member is an item",
        arguments: [
            ("{}", ["body.name value_error.missing", "body.scopes value_error.missing"]),
            (#"{"name":"","scopes":[]}"#, ["body.name value_error.str.min_length", "body.scopes type_error.list"]),
            (#"{"name":"n","scopes":["admin"]}"#, ["body.scopes value_error.enum"]),
            (#"{"name":"n","scopes":[1]}"#, ["body.scopes value_error.enum"]),
            (#"{"name":"n","scopes":"strategies:read"}"#, ["body.scopes type_error.list"]),
            (#"{"name":"n","scopes":["strategies:read"],"x":1}"#, ["body.x value_error.extra"]),
            (
                #"{"name":"n","scopes":["strategies:read"],"expires_at":"soon"}"#,
                ["body.expires_at value_error.datetime"]
            ),
            (
                #"{"name":"n","scopes":["strategies:read"],"expires_at":"2020-01-01T00:00:00Z"}"#,
                ["body.expires_at value_error.datetime.past"]
            ),
        ] as [(String, [String])])
    func validation(body: String, items: [String]) throws {
        let object = try #require(try JSONValue(parsing: Array(body.utf8)).object)
        do {
            _ = try APIKeyDraft(validating: object)
            Issue.record("accepted")
        } catch {
            let answer = AuthUnderTest.Answer(
                status: 422, headers: HTTPHeaders(),
                text: (APIError.auth(error) ?? error as? APIError)?.body(requestID: "") ?? "")
            #expect(answer.items == items)
        }
    }

    @Test("an account has at most fifty keys, however many are made at once")
    func limit() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let token = try await auth.signedIn().access
            try await auth.execute(
                """
                INSERT INTO api_keys (user_id, name, scopes, prefix, key_hash)
                SELECT users.id, 'n', '{strategies:read}', 'p', sha256(i::text::bytea) FROM users, generate_series(1, 47) i
                """)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        let answer = try await auth.send(
                            "POST", "/api-keys", Self.both, token: token, instance: index % 2)
                        if answer.status == 409 { #expect(answer["code"] == "too_many_api_keys") }
                        return answer.status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 3 && statuses.count { $0 == 409 } == 5)
        }
    }

    @Test("a disabled account has no keys, and gets none back; neither has one that is deleted")
    func disabled() async throws {
        try await AuthUnderTest.with { auth in
            let token = try await auth.signedIn().access
            #expect(try await auth.send("POST", "/api-keys", Self.both, token: token).status == 201)
            try await auth.execute("UPDATE users SET full_name = 'Other'")
            #expect(try await list(auth, token).count == 1)
            try await auth.execute("UPDATE users SET is_active = false")
            try await auth.execute("UPDATE users SET is_active = true")
            #expect(try await list(auth, token).isEmpty)
            #expect(try await auth.send("POST", "/api-keys", Self.both, token: token).status == 201)
            let gone = try await auth.send(
                "DELETE", "/me", "{\"password\":\"\(AuthUnderTest.password)\"}", token: token)
            #expect(gone.status == 204)
            #expect(try await auth.database.session().execute("SELECT count(*) FROM api_keys").integer(0, 0) == 0)
        }
    }

    @Test("a key itself opens nothing at Auth, which is asked without a gateway")
    func direct() async throws {
        try await AuthUnderTest.with { auth in
            let token = try await auth.signedIn().access
            let key = try await auth.send("POST", "/api-keys", Self.both, token: token)["key"]
            for path in ["/me", "/api-keys", "/sessions", "/api/v1/admin/users"] {
                #expect(try await auth.send("GET", path, token: key).status == 401)
            }
            // The exchange is on the private port alone.
            #expect(try await auth.send("POST", "/api/internal/api-keys/exchange", "{}").status == 404)
        }
    }
}
