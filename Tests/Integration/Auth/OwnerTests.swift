import Auth
import Authentication
import Foundation
import JSON
import NIOHTTP1
import Postgres
import TestSupport
import Testing

@Suite("Auth: what owners do with their accounts")
struct OwnerTests {
    private static let newPassword = "N3w-Passphrase"

    private func change(
        _ auth: AuthUnderTest, _ token: String, from current: String = AuthUnderTest.password,
        to new: String = Self.newPassword, instance: Int = 0
    ) async throws -> AuthUnderTest.Answer {
        try await auth.send(
            "POST", "/password", #"{"current_password":"\#(current)","new_password":"\#(new)"}"#, token: token,
            instance: instance)
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

    // MARK: The password

    @Test("another password ends every other session on every instance, and only the new one signs in")
    func changedPassword() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (access, refresh) = try await auth.signedIn()
            let others = [
                try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()),
                try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()),
            ]
            let stranger = try await auth.signedIn("bob@example.com")
            let answer = try await change(auth, access)
            #expect(answer.status == 204 && answer.text.isEmpty)
            for other in others {
                #expect(try await isRefused(auth, other["access_token"]))
                #expect(try await auth.refresh(other["refresh_token"], instance: 1).status == 401)
            }
            #expect(try await auth.send("GET", "/me", token: access, instance: 1).status == 200)
            #expect(try await auth.refresh(refresh).status == 200)
            #expect(try await auth.send("GET", "/me", token: stranger.access).status == 200)
            let (old, new) = (AuthUnderTest.makeAddress(), AuthUnderTest.makeAddress())
            #expect(try await auth.login("alice@example.com", from: old).status == 401)
            #expect(try await auth.login("alice@example.com", password: Self.newPassword, from: new).status == 200)
        }
    }

    @Test("a new password keeps the rules, and nothing changes without the old one")
    func refusedPassword() async throws {
        try await AuthUnderTest.with { auth in
            let access = try await auth.signedIn().access
            let other = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            let weak = try await change(auth, access, to: "alice")
            #expect(weak.status == 422)
            #expect(
                weak.items == [
                    "body.new_password value_error.password.too_short",
                    "body.new_password value_error.password.uppercase",
                    "body.new_password value_error.password.digit", "body.new_password value_error.password.email",
                ])
            let missing = try await auth.send("POST", "/password", #"{"new":"x"}"#, token: access)
            #expect(
                missing.items == [
                    "body.current_password value_error.missing", "body.new_password value_error.missing",
                    "body.new value_error.extra",
                ])
            let wrong = try await change(auth, access, from: "Wr0ngPassword")
            #expect(wrong.status == 403 && wrong["code"] == "wrong_password")
            #expect(try await auth.send("GET", "/me", token: other["access_token"]).status == 200)
            #expect(try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()).status == 200)
            #expect(try await change(auth, "x").status == 401)
        }
    }

    @Test("a password of the list of common ones can be neither registered nor changed to")
    func commonPassword() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("common-\(UUID())")
        try "trustno1\nn3w-passphrase\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await AuthUnderTest.with(settings: ["COMMON_PASSWORDS_FILE": file.path]) { auth in
            let refused = try await auth.register("bob@example.com", password: "TrustNo1")
            #expect(refused.status == 422 && refused.items == ["body.password value_error.password.common"])
            let access = try await auth.signedIn().access
            let weak = try await change(auth, access)
            #expect(weak.status == 422 && weak.items == ["body.new_password value_error.password.common"])
            #expect(try await change(auth, access, to: Self.newPassword + "!").status == 204)
        }
    }

    @Test(
        "five wrong passwords a minute, over all instances, for changing and deleting together; then not even the right one"
    )
    func guesses() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let access = try await auth.signedIn().access
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<12 {
                    group.addTask {
                        guard index.isMultiple(of: 3) else {
                            return try await change(auth, access, from: "Wr0ng-\(index)", instance: index % 2).status
                        }
                        return try await auth.send(
                            "DELETE", "/me", #"{"password":"Wr0ng"}"#, token: access, instance: index % 2
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 403 } == 5 && statuses.count { $0 == 429 } == 7)
            let right = try await change(auth, access)
            #expect(right.status == 429 && right.headers.contains(name: "Retry-After"))
            // Logins are counted apart.
            #expect(try await auth.login("alice@example.com").status == 200)
        }
    }

    @Test("of logins with the old password that come while it is changed, none is left with a session")
    func loginsMeanwhile() async throws {
        try await AuthUnderTest.with(instances: 2, settings: ["LOGIN_LIMIT_PER_MINUTE": "1000"]) { auth in
            let access = try await auth.signedIn().access
            let changed = try await withThrowingTaskGroup(of: Int?.self) { group in
                for index in 0..<8 {
                    group.addTask {
                        _ = try await auth.login("alice@example.com", instance: index % 2)
                        return nil
                    }
                }
                group.addTask { try await change(auth, access).status }
                return try await group.reduce(into: [Int?]()) { $0.append($1) }.compactMap { $0 }
            }
            #expect(changed == [204])
            let rows = try await auth.database.session().execute(
                "SELECT count(*) FROM sessions WHERE revoked_at IS NULL")
            #expect(rows.integer(0, 0) == 1)
        }
    }

    // MARK: The account

    @Test("a deleted account is refused everywhere and leaves nothing; its address is free again")
    func deleted() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (access, refresh) = try await auth.signedIn()
            let other = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            let stranger = try await auth.signedIn("bob@example.com")
            try await auth.execute(
                "INSERT INTO trading_strategies (user_id, strategy_name) SELECT id, 'S' FROM users")
            let wrong = try await auth.send("DELETE", "/me", #"{"password":"Wr0ngPassword"}"#, token: access)
            #expect(wrong.status == 403 && wrong["code"] == "wrong_password")
            #expect(
                try await auth.send("DELETE", "/me", "{}", token: access).items
                    == ["body.password value_error.missing"])
            let gone = try await auth.send(
                "DELETE", "/me", "{\"password\":\"\(AuthUnderTest.password)\"}", token: access)
            #expect(gone.status == 204)
            for token in [access, other["access_token"]] { #expect(try await isRefused(auth, token)) }
            for token in [refresh, other["refresh_token"]] { #expect(try await auth.refresh(token).status == 401) }
            #expect(try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()).status == 401)
            let session = try await auth.database.session()
            for table in ["users", "sessions", "refresh_tokens", "trading_strategies", "user_revisions"] {
                #expect(try await session.execute("SELECT count(*) FROM \(table)").integer(0, 0) == 1, "\(table)")
            }
            #expect(try await auth.send("GET", "/me", token: stranger.access).status == 200)
            #expect(try await auth.register("alice@example.com").status == 201)
        }
    }

    // MARK: Sessions

    @Test("sessions are listed with where they come from, and ended one by one")
    func sessions() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (access, refresh) = try await auth.signedIn()
            let address = AuthUnderTest.makeAddress()
            let other = try await auth.send(
                "POST", "/login", "username=alice%40example.com&password=\(AuthUnderTest.password)", form: true,
                headers: [("User-Agent", "Desk/1 \"beta\"")], from: address)
            let stranger = try await auth.signedIn("bob@example.com")
            let list = try await listed(auth, access)
            #expect(list.count == 2)
            #expect(
                list.allSatisfy {
                    $0.names == ["id", "device", "address", "created_at", "last_used_at", "current"]
                })
            #expect(list.map { $0["current"] } == [.bool(false), .bool(true)])
            #expect(list.first?["device"]?.string == "Desk/1 \"beta\"" && list.first?["address"]?.string == address)
            let id = try #require(list.first?["id"]?.string)

            for unknown in ["1", "x", id.uppercased(), "00000000-0000-4000-8000-000000000000"] {
                #expect(try await auth.send("DELETE", "/sessions/\(unknown)", token: access).status == 404)
            }
            #expect(try await auth.send("DELETE", "/sessions/\(id)", token: stranger.access).status == 404)
            #expect(try await auth.send("GET", "/me", token: other["access_token"]).status == 200)
            // Once more is no mistake: the first answer may have been lost.
            for _ in 0..<2 { #expect(try await auth.send("DELETE", "/sessions/\(id)", token: access).status == 204) }
            #expect(try await isRefused(auth, other["access_token"]))
            #expect(try await auth.refresh(other["refresh_token"]).status == 401)
            #expect(try await listed(auth, access).count == 1)
            #expect(try await auth.refresh(refresh, instance: 1).status == 200)
        }
    }

    private func listed(_ auth: AuthUnderTest, _ token: String) async throws -> [JSONObject] {
        let answer = try await auth.send("GET", "/sessions", token: token)
        #expect(answer.status == 200 && answer.headers.first(name: "Cache-Control") == "no-store")
        return try JSONValue(parsing: Array(answer.text.utf8)).array?.compactMap(\.object) ?? []
    }
}
