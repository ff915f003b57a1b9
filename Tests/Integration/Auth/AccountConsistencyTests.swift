import NIOHTTP1
import Testing

@Suite("Auth: Consistency-Token of the account")
struct AccountConsistencyTests {
    private static let field = "Consistency-Token"

    @Test("registering, being shown and being renamed carry it, and renaming makes it a new one")
    func tokens() async throws {
        try await AuthUnderTest.with { auth in
            let registered = try await auth.register("alice@example.com")
            let first = try #require(registered.headers.first(name: Self.field))
            let token = try await auth.login("alice@example.com")["access_token"]
            let shown = try await auth.send("GET", "/me", token: token, headers: [(Self.field, first)])
            #expect(shown.status == 200 && shown.headers.first(name: Self.field) == first)
            let renamed = try await auth.send(
                "PATCH", "/me", #"{"full_name":"Bob"}"#, token: token, headers: [(Self.field, first)])
            let second = try #require(renamed.headers.first(name: Self.field))
            #expect(second != first)
            let strong = try await auth.send("GET", "/me?consistency=strong", token: token)
            #expect(strong.headers.first(name: Self.field) == second)
            let refused = try await auth.send("GET", "/me?consistency=weak", token: token)
            #expect(refused.items == ["query.consistency value_error.enum"])
            let forged = try await auth.send("GET", "/me", token: token, headers: [(Self.field, "x")])
            #expect(forged.status == 400 && forged["code"] == "invalid_consistency_token")
        }
    }

    @Test("a loss is told once, and a new name is not written before")
    func loss() async throws {
        try await AuthUnderTest.with { auth in
            _ = try await auth.register("alice@example.com")
            let token = try await auth.login("alice@example.com")["access_token"]
            let renamed = try await auth.send("PATCH", "/me", #"{"full_name":"Bob"}"#, token: token)
            let told = try #require(renamed.headers.first(name: Self.field))
            try await auth.execute(
                """
                UPDATE user_revisions SET revision = 1;
                INSERT INTO primary_epochs (epoch, server) VALUES (2, current_setting('cluster_name'));
                """)
            let refused = try await auth.send(
                "PATCH", "/me", #"{"full_name":"Carol"}"#, token: token, headers: [(Self.field, told)])
            #expect(refused.status == 409 && refused["code"] == "changes_lost")
            let onward = try #require(refused.headers.first(name: Self.field))
            let shown = try await auth.send("GET", "/me", token: token, headers: [(Self.field, onward)])
            #expect(shown.status == 200 && shown["full_name"] == "Bob")
            let again = try await auth.send("GET", "/me", token: token, headers: [(Self.field, told)])
            #expect(again.status == 409)
        }
    }
}
