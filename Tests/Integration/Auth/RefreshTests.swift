import JSON
import NIOHTTP1
import Postgres
import TestSupport
import Testing

@Suite("Auth: refreshing")
struct RefreshTests {
    /// Lets the first use of a session's tokens have been eleven seconds earlier.
    private func waitOutGrace(_ auth: AuthUnderTest) async throws {
        try await auth.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'")
    }

    @Test("a refresh gives a new pair that works, and the next one too")
    func chain() async throws {
        try await AuthUnderTest.with { auth in
            var (access, refresh) = try await auth.signedIn()
            for _ in 0..<5 {
                let answer = try await auth.refresh(refresh)
                #expect(answer.status == 200)
                #expect(answer.object.names == ["access_token", "refresh_token", "token_type", "expires_in"])
                #expect(answer["access_token"] != access)
                #expect(answer["refresh_token"] != refresh)
                (access, refresh) = (answer["access_token"], answer["refresh_token"])
                #expect(try await auth.send("GET", "/me", token: access).status == 200)
            }
        }
    }

    @Test("a refresh that brings neither a body nor a cookie has no token, and one of another type is told so")
    func withoutToken() async throws {
        try await AuthUnderTest.with { auth in
            let nothing = try await auth.send("POST", "/refresh")
            #expect(nothing.status == 401 && nothing["code"] == "not_authenticated")
            let form = try await auth.send("POST", "/refresh", "refresh_token=x", form: true)
            #expect(form.status == 415)
        }
    }

    @Test("a hundred refreshes of one token at once, over two instances, get one successor")
    func concurrent() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (_, refresh) = try await auth.signedIn()
            let answers = try await withThrowingTaskGroup(of: AuthUnderTest.Answer.self) { group in
                for index in 0..<100 { group.addTask { try await auth.refresh(refresh, instance: index % 2) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            let successors = Set(answers.map { $0["refresh_token"] })
            #expect(successors.count == 1)
            #expect(Set(answers.map { $0["access_token"] }).count == 100)
            let next = try await auth.refresh(successors.first ?? "")
            #expect(next.status == 200)
        }
    }

    @Test("a lost answer may be asked for again until its successor was used, and ten seconds after")
    func lostAnswer() async throws {
        try await AuthUnderTest.with { auth in
            let (_, first) = try await auth.signedIn()
            let second = try await auth.refresh(first)["refresh_token"]
            try await waitOutGrace(auth)
            // However late: the successor was not used yet.
            #expect(try await auth.refresh(first)["refresh_token"] == second)
            let third = try await auth.refresh(second)["refresh_token"]
            #expect(try await auth.refresh(first)["refresh_token"] == second)
            #expect(try await auth.refresh(second)["refresh_token"] == third)
        }
    }

    @Test("an old token that comes back later ends the session everywhere, and other sessions go on")
    func reuse() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (access, first) = try await auth.signedIn()
            let other = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            let second = try await auth.refresh(first)
            let third = try await auth.refresh(second["refresh_token"])
            try await waitOutGrace(auth)
            for _ in 0..<2 {
                let reused = try await auth.refresh(first)
                #expect(reused.status == 401)
                #expect(reused["code"] == "refresh_reused")
                #expect(reused.headers.first(name: "WWW-Authenticate") == "Bearer")
            }
            for token in [second["refresh_token"], third["refresh_token"]] {
                #expect(try await auth.refresh(token).status == 401)
            }
            for token in [access, second["access_token"], third["access_token"]] {
                // The other instance learns of it within a second.
                let isRefused = try await eventually {
                    try await auth.send("GET", "/me", token: token, instance: 1).status == 401
                }
                #expect(isRefused)
            }
            #expect(try await auth.send("GET", "/me", token: other["access_token"], instance: 1).status == 200)
            #expect(try await auth.refresh(other["refresh_token"]).status == 200)
        }
    }

    @Test("a thousand refreshes of a hundred sessions at once leave a hundred living sessions")
    func manySessions() async throws {
        try await AuthUnderTest.with(instances: 2, settings: ["LOGIN_LIMIT_PER_MINUTE": "1000"]) { auth in
            _ = try await auth.register("alice@example.com")
            var tokens: [String] = []
            for _ in 0..<100 { tokens.append(try await auth.login("alice@example.com")["refresh_token"]) }
            let successors = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for index in 0..<1000 {
                    group.addTask { [token = tokens[index % 100]] in
                        (index % 100, try await auth.refresh(token, instance: index % 2)["refresh_token"])
                    }
                }
                return try await group.reduce(into: [Int: Set<String>]()) { $0[$1.0, default: []].insert($1.1) }
            }
            #expect(successors.count == 100)
            #expect(successors.values.allSatisfy { $0.count == 1 && $0.first?.isEmpty == false })
            let rows = try await auth.database.session().execute(
                "SELECT count(*) FROM sessions WHERE revoked_at IS NULL")
            #expect(rows.integer(0, 0) == 100)
        }
    }

    @Test("what is no refresh token of ours, or has expired, is refused and ends nothing")
    func refused() async throws {
        try await AuthUnderTest.with { auth in
            let (access, refresh) = try await auth.signedIn()
            for token in ["x", access, String(refresh.reversed()), String(repeating: "A", count: 43)] {
                let answer = try await auth.refresh(token)
                #expect(answer.status == 401 || answer.status == 422)
                #expect(answer["code"] != "refresh_reused")
            }
            #expect(try await auth.send("POST", "/refresh", "{}").items == ["body.refresh_token value_error.missing"])
            try await auth.execute("UPDATE refresh_tokens SET expires_at = now()")
            #expect(try await auth.refresh(refresh)["code"] == "not_authenticated")
            #expect(try await auth.send("GET", "/me", token: access).status == 200)
        }
    }

    @Test("no token is stored as it is")
    func atRest() async throws {
        try await AuthUnderTest.with { auth in
            let (_, first) = try await auth.signedIn()
            let second = try await auth.refresh(first)["refresh_token"]
            let rows = try await auth.database.session().execute(
                "SELECT string_agg(t::text, ' ') || string_agg(encode(t.token_hash, 'base64'), ' ') FROM refresh_tokens t"
            )
            let stored = try #require(rows.text(0, 0))
            for token in [first, second] {
                #expect(!stored.contains(token))
                let bytes = token.replacing("-", with: "+").replacing("_", with: "/")
                #expect(!stored.contains(bytes.prefix(40)))
            }
            let passwords = try await auth.database.session().execute("SELECT password_hash FROM users")
            #expect(passwords.text(0, 0)?.hasPrefix("$2b$10$") == true)
        }
    }
}
