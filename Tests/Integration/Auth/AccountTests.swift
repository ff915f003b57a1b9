import Authentication
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Auth: accounts over HTTP")
struct AccountTests {
    @Test("an account is registered, signs in, is shown and renamed, as the contract says")
    func contract() async throws {
        try await AuthUnderTest.with { auth in
            let created = try await auth.send(
                "POST", "/register", #"{"email":"Alice@Example.com","password":"Passw0rd","full_name":"Alice Ä"}"#)
            #expect(created.status == 201)
            #expect(created.object.names == ["id", "email", "full_name", "is_active", "role", "created_at"])
            #expect(created["email"] == "Alice@Example.com")
            #expect(created["full_name"] == "Alice Ä")
            #expect(created["role"] == "user")
            #expect(created.object["is_active"] == .bool(true))
            #expect(created["created_at"].hasSuffix("Z"))

            let login = try await auth.login("alice@example.COM")
            #expect(login.status == 200)
            #expect(login.object.names == ["access_token", "refresh_token", "token_type", "expires_in"])
            #expect(login["token_type"] == "bearer")
            #expect(login.object["expires_in"]?.integer == 900)
            #expect(login.headers.first(name: "Cache-Control") == "no-store")
            let token = login["access_token"]

            let shown = try await auth.send("GET", "/me", token: token)
            #expect(shown.status == 200)
            #expect(shown.object.names == created.object.names + ["mfa_enabled"])
            for name in created.object.names { #expect(shown.object[name] == created.object[name], "\(name)") }
            #expect(shown.object["mfa_enabled"] == .bool(false))
            let renamed = try await auth.send("PATCH", "/me", #"{"full_name":"Bob"}"#, token: token)
            #expect(renamed.status == 200)
            #expect(renamed["full_name"] == "Bob")
            #expect(renamed["email"] == "Alice@Example.com")
            // Too long a name is a name that is too long, not a body that is too large.
            let long = "{\"full_name\":\"\(String(repeating: "B", count: 20_000))\"}"
            #expect(try await auth.send("PATCH", "/me", long, token: token).status == 422)
            let unchanged = try await auth.send("PATCH", "/me", "{}", token: token)
            #expect(unchanged.text == renamed.text)
        }
    }

    @Test("an address is taken whatever its letter case, also when many register at once")
    func taken() async throws {
        try await AuthUnderTest.with { auth in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<6 {
                    group.addTask {
                        try await auth.register(index.isMultiple(of: 2) ? "bob@example.com" : "BOB@Example.com").status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201, 409, 409, 409, 409, 409])
            let again = try await auth.register("Bob@example.com")
            #expect(again.status == 409)
            #expect(again["code"] == "email_taken")
        }
    }

    @Test("bodies that are wrong are refused with the right status")
    func refused() async throws {
        try await AuthUnderTest.with { auth in
            let invalid = try await auth.send("POST", "/register", #"{"email":"x","password":"short","extra":1}"#)
            #expect(invalid.status == 422)
            #expect(invalid["code"] == "validation_failed")
            #expect(
                invalid.items == [
                    "body.email value_error.email", "body.password value_error.password.too_short",
                    "body.password value_error.password.uppercase", "body.password value_error.password.digit",
                    "body.full_name value_error.missing", "body.extra value_error.extra",
                ])
            let malformed = try await auth.send("POST", "/register", "{")
            #expect(malformed.status == 400)
            #expect(malformed["code"] == "malformed_json")
            let form = try await auth.send("POST", "/register", "email=x", form: true)
            #expect(form.status == 415)
            let jsonLogin = try await auth.send("POST", "/login", #"{"username":"x","password":"y"}"#)
            #expect(jsonLogin.status == 415)
            let missing = try await auth.send("POST", "/login", "username=x", form: true)
            #expect(missing.status == 422)
            #expect(missing.items == ["body.password value_error.missing"])
            let large = try await auth.send(
                "POST", "/register", "{\"email\":\"" + String(repeating: "x", count: 300_000) + "\"}")
            #expect(large.status == 413)
            let method = try await auth.send("GET", "/login")
            #expect(method.status == 405)
            #expect(method.headers.first(name: "Allow") == "POST")
        }
    }

    @Test("without a valid token nobody is let in, whatever identity headers come along")
    func unauthorized() async throws {
        try await AuthUnderTest.with { auth in
            let (access, refresh) = try await auth.signedIn()
            for token in [nil, "", "x", "a.b.c", refresh, access + "A", String(access.dropLast())] {
                let answer = try await auth.send(
                    "GET", "/me", token: token, headers: [("X-User-Id", "1"), ("X-Authenticated-User", "1")])
                #expect(answer.status == 401)
                #expect(answer["code"] == "not_authenticated")
                #expect(answer["detail"] == "Could not validate credentials")
                #expect(answer.headers.first(name: "WWW-Authenticate") == "Bearer")
            }
        }
    }

    @Test("the published keys verify what the service signs, and hold nothing private")
    func keySet() async throws {
        try await AuthUnderTest.with { auth in
            let (access, _) = try await auth.signedIn()
            let answer = try await auth.send("GET", "/.well-known/jwks.json")
            #expect(answer.status == 200)
            let keys = try #require(JSONWebKeySet(document: Array(answer.text.utf8)))
            let validator = AccessTokenValidator(issuer: auth.database.name, audience: "cryptodesk-api")
            let now = TokenVerifierConfiguration(issuer: "", audience: "").now()
            guard case .valid(let claims) = try validator.validate(access, keys: keys, now: now) else {
                Issue.record("the token's key is not published")
                return
            }
            #expect(claims.expiresAt == claims.issuedAt + 900)
            #expect(claims.role == .user)
            for name in ["\"d\"", "\"p\"", "\"q\""] { #expect(!answer.text.contains(name)) }
        }
    }

    @Test("a disabled account cannot sign in, refresh or be shown, and the answers do not tell why")
    func disabled() async throws {
        try await AuthUnderTest.with { auth in
            let (access, refresh) = try await auth.signedIn()
            try await auth.execute("UPDATE users SET is_active = false")
            let login = try await auth.login("alice@example.com")
            let wrong = try await auth.login("alice@example.com", password: "Wr0ngPassword")
            let unknown = try await auth.login("nobody@example.com", password: "Wr0ngPassword")
            for answer in [login, wrong, unknown] {
                #expect(answer.status == 401)
                #expect(answer["code"] == "invalid_credentials")
                #expect(answer["detail"] == "Incorrect email or password")
                #expect(answer.headers.first(name: "WWW-Authenticate") == "Bearer")
            }
            #expect(try await auth.refresh(refresh).status == 401)
            #expect(try await auth.send("GET", "/me", token: access).status == 401)
        }
    }
}
