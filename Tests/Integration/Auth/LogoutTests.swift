import Auth
import Authentication
import Logging
import Postgres
import TestSupport
import Testing

@Suite("Auth: signing out")
struct LogoutTests {
    @Test("a logout ends its session on every instance, and no other")
    func logout() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (access, refresh) = try await auth.signedIn()
            let other = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            let later = try await auth.refresh(refresh)
            let answer = try await auth.send("POST", "/logout", token: access)
            #expect(answer.status == 204)
            #expect(answer.text.isEmpty)
            for token in [access, later["access_token"]] {
                #expect(
                    try await eventually { try await auth.send("GET", "/me", token: token, instance: 1).status == 401 })
            }
            #expect(try await auth.refresh(refresh).status == 401)
            #expect(try await auth.refresh(later["refresh_token"], instance: 1).status == 401)
            #expect(try await eventually { try await auth.send("POST", "/logout", token: access).status == 401 })
            #expect(try await auth.send("GET", "/me", token: other["access_token"]).status == 200)
            #expect(try await auth.refresh(other["refresh_token"]).status == 200)
        }
    }

    @Test("logging out everywhere ends all sessions of the account, and a new login works")
    func logoutAll() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let (access, refresh) = try await auth.signedIn()
            let other = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            let stranger = try await auth.signedIn("bob@example.com")
            #expect(try await auth.send("POST", "/logout-all", token: access).status == 204)
            for token in [access, other["access_token"]] {
                #expect(
                    try await eventually { try await auth.send("GET", "/me", token: token, instance: 1).status == 401 })
            }
            for token in [refresh, other["refresh_token"]] { #expect(try await auth.refresh(token).status == 401) }
            #expect(try await auth.send("GET", "/me", token: stranger.access).status == 200)
            let again = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            #expect(try await auth.send("GET", "/me", token: again["access_token"], instance: 1).status == 200)
            #expect(try await auth.refresh(again["refresh_token"]).status == 200)
        }
    }

    @Test("while nobody can be told, a session is said to be ended a second after it was")
    func withoutRedis() async throws {
        try await AuthUnderTest.with { auth in
            let (access, refresh) = try await auth.signedIn()
            let keys = try #require(
                JSONWebKeySet(document: Array(try await auth.send("GET", "/.well-known/jwks.json").text.utf8)))
            let configuration = TokenVerifierConfiguration(issuer: auth.database.name, audience: "cryptodesk-api")
            let verifier = TokenVerifier(keys: keys, configuration: configuration, logger: Logger(label: "test"))
            let token = try await verifier.verify(access)
            let postgres = try PostgresCluster(
                configurations: [
                    PostgresConfiguration(
                        url: try auth.database.url(.auth), password: TestDatabase.password, applicationName: "test")
                ],
                logger: Logger(label: "test"))
            try await withRunning(postgres) {
                let begun = ContinuousClock.now
                try await NoRedis.sessions(postgres).end(token)
                #expect(begun.duration(to: .now) >= .seconds(1))
            }
            // The instance that has Redis publishes what the other one committed.
            #expect(try await eventually { try await auth.send("GET", "/me", token: access).status == 401 })
            #expect(try await auth.refresh(refresh).status == 401)
        }
    }

    @Test("an ended session is refused by one revocation, however often it is ended")
    func oneRevocation() async throws {
        try await AuthUnderTest.with { auth in
            let access = try await auth.signedIn().access
            async let first = auth.send("POST", "/logout", token: access).status
            async let second = auth.send("POST", "/logout", token: access).status
            let statuses = [try await first, try await second]
            #expect(statuses.contains(204) && Set(statuses).isSubset(of: [204, 401]))
            let rows = try await auth.database.session().execute("SELECT kind, number FROM revocations")
            #expect(rows.count == 1 && rows.text(0, 0) == "session" && rows.integer(0, 1) == 1)
        }
    }

    @Test("a token whose session is not there any more is refused by its own id")
    func withoutSession() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let access = try await auth.signedIn().access
            try await auth.execute("DELETE FROM sessions")
            #expect(try await auth.send("POST", "/logout", token: access).status == 204)
            #expect(try await eventually { try await auth.send("GET", "/me", token: access).status == 401 })
            #expect(
                try await eventually { try await auth.send("GET", "/me", token: access, instance: 1).status == 401 })
        }
    }

    @Test("an operator ends everything at once; who signs in again is let in")
    func everything() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let tokens = [try await auth.signedIn(), try await auth.signedIn("bob@example.com")]
            _ = try await auth.send("POST", "/logout-all", token: tokens[1].access)
            try await auth.execute("SELECT revoke_everything(interval '15 minutes')")
            for instance in [0, 1] {
                #expect(
                    try await eventually {
                        try await auth.send("GET", "/me", token: tokens[0].access, instance: instance).status == 401
                    })
            }
            #expect(try await auth.refresh(tokens[0].refresh).status == 401)
            for email in ["alice@example.com", "bob@example.com"] {
                let again = try await auth.login(email, from: AuthUnderTest.makeAddress())
                #expect(try await auth.send("GET", "/me", token: again["access_token"]).status == 200)
                let later = try await auth.refresh(again["refresh_token"])
                #expect(try await auth.send("GET", "/me", token: later["access_token"]).status == 200)
                #expect(try await auth.send("POST", "/logout-all", token: later["access_token"]).status == 204)
            }
        }
    }
}
