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
                #expect(try await auth.send("GET", "/me", token: token, instance: 1).status == 401)
            }
            #expect(try await auth.refresh(refresh).status == 401)
            #expect(try await auth.refresh(later["refresh_token"], instance: 1).status == 401)
            #expect(try await auth.send("POST", "/logout", token: access).status == 401)
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
                #expect(try await auth.send("GET", "/me", token: token, instance: 1).status == 401)
            }
            for token in [refresh, other["refresh_token"]] { #expect(try await auth.refresh(token).status == 401) }
            #expect(try await auth.send("GET", "/me", token: stranger.access).status == 200)
            let again = try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress())
            #expect(try await auth.send("GET", "/me", token: again["access_token"], instance: 1).status == 200)
            #expect(try await auth.refresh(again["refresh_token"]).status == 200)
        }
    }

    @Test("without Redis a session is not said to be ended; with it, the second try ends it")
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
                let sessions = try NoRedis.sessions(postgres)
                await #expect(throws: AuthenticationError.self) { try await sessions.end(token) }
                await #expect(throws: AuthenticationError.self) { try await sessions.endAll(userID: token.userID) }
            }
            // The token is still good, so its owner can ask again.
            #expect(try await auth.send("POST", "/logout", token: access).status == 204)
            #expect(try await auth.send("GET", "/me", token: access).status == 401)
            #expect(try await auth.refresh(refresh).status == 401)
        }
    }
}
