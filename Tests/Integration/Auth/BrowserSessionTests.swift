import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("Auth, browser sessions")
struct BrowserSessionTests {
    private static let body = #"{"email":"alice@example.com","password":"Passw0rd"}"#
    private static let https = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "desk.example")]

    private func cookies(_ answer: AuthUnderTest.Answer) -> [String] { answer.headers["Set-Cookie"] }

    /// `name=value` of each cookie.
    private func pairs(_ answer: AuthUnderTest.Answer) -> [String] {
        cookies(answer).map { String($0.prefix { $0 != ";" }) }
    }

    @Test("on https the tokens are in cookies bound to it and out of reach of scripts, and nowhere else")
    func secure() async throws {
        try await AuthUnderTest.with { auth in
            let user = try await auth.register("alice@example.com")
            let answer = try await auth.send("POST", "/session", Self.body, headers: Self.https)
            #expect(
                answer.status == 200 && answer["email"] == user["email"] && answer.object["id"] == user.object["id"])
            #expect(answer.object["access_token"] == nil && answer.object["mfa_enabled"] == .bool(false))
            #expect(answer.headers["Cache-Control"] == ["no-store"])
            let attributes = "Path=/; Max-Age="
            #expect(
                pairs(answer).map { $0.prefix { $0 != "=" } } == [
                    "__Host-cryptodesk_access", "__Host-cryptodesk_refresh",
                ])
            #expect(cookies(answer)[0].hasSuffix("\(attributes)900; HttpOnly; SameSite=Lax; Secure"))
            #expect(cookies(answer)[1].hasSuffix("\(attributes)604800; HttpOnly; SameSite=Lax; Secure"))
            let me = try await auth.send("GET", "/me", headers: [("Cookie", pairs(answer)[0])])
            #expect(me.status == 200 && me["email"] == "alice@example.com")
        }
    }

    @Test("http will do on the browser's own machine, and nowhere else")
    func plain() async throws {
        try await AuthUnderTest.with { auth in
            _ = try await auth.register("alice@example.com")
            for host in ["localhost:8080", "127.0.0.1", "[::1]:8080", "desk.localhost"] {
                let answer = try await auth.send(
                    "POST", "/session", Self.body, headers: [("X-Forwarded-Host", host)],
                    from: AuthUnderTest.makeAddress())
                #expect(answer.status == 200, "\(host)")
                #expect(pairs(answer).map { $0.prefix { $0 != "=" } } == ["cryptodesk_access", "cryptodesk_refresh"])
                #expect(cookies(answer).allSatisfy { $0.hasSuffix("; HttpOnly; SameSite=Lax") })
            }
            for host in ["desk.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]"] {
                let answer = try await auth.send(
                    "POST", "/session", Self.body, headers: [("X-Forwarded-Host", host)],
                    from: AuthUnderTest.makeAddress())
                #expect(
                    answer.status == 403 && answer["code"] == "https_required" && cookies(answer).isEmpty, "\(host)")
            }
        }
    }

    @Test("a wrong password, an unknown account and a body with more in it set no cookie, and count as other logins do")
    func refused() async throws {
        try await AuthUnderTest.with { auth in
            _ = try await auth.register("alice@example.com")
            let extra = #"{"email":"alice@example.com","password":"Passw0rd","x":1}"#
            let invalid = try await auth.send("POST", "/session", extra, headers: Self.https)
            #expect(invalid.status == 422 && invalid.items == ["body.x value_error.extra"])
            for email in ["alice@example.com", "nobody@example.com", "no address"] {
                let answer = try await auth.send(
                    "POST", "/session", #"{"email":"\#(email)","password":"Wrong-Passw0rd"}"#, headers: Self.https)
                #expect(answer.status == 401 && answer["code"] == "invalid_credentials" && cookies(answer).isEmpty)
            }
            for _ in 0..<4 { #expect(try await auth.login("alice@example.com").status == 200) }
            let limited = try await auth.send("POST", "/session", Self.body, headers: Self.https)
            #expect(limited.status == 429 && limited.headers.contains(name: "Retry-After"))
        }
    }

    @Test("a refresh by cookie sets the next cookies and tells no script of them; an old one ends the session")
    func refresh() async throws {
        try await AuthUnderTest.with { auth in
            _ = try await auth.register("alice@example.com")
            let first = pairs(try await auth.send("POST", "/session", Self.body, headers: Self.https))
            func refresh(_ cookie: String) async throws -> AuthUnderTest.Answer {
                try await auth.send("POST", "/refresh", headers: Self.https + [("Cookie", cookie)])
            }
            let second = try await refresh(first[1])
            #expect(second.status == 204 && second.text.isEmpty && pairs(second).count == 2)
            #expect(pairs(second)[1] != first[1])
            // Two tabs at once: the same successor.
            #expect(pairs(try await refresh(first[1]))[1] == pairs(second)[1])
            let third = try await refresh(pairs(second)[1])
            #expect(third.status == 204)
            try await auth.execute("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'")
            let reused = try await refresh(first[1])
            #expect(reused.status == 401 && reused["code"] == "refresh_reused")
            #expect(cookies(reused).count == 2 && cookies(reused).allSatisfy { $0.contains("Max-Age=0") })
            let ended = try await refresh(pairs(third)[1])
            #expect(ended.status == 401 && ended["code"] == "not_authenticated" && cookies(ended).count == 2)
            // A plain name could have been planted by anybody on the way.
            let planted = try await refresh("cryptodesk_refresh=" + first[1].drop { $0 != "=" }.dropFirst())
            #expect(planted.status == 401 && cookies(planted).isEmpty)
        }
    }

    @Test(
        "whatever ends the session makes the browser forget it",
        arguments: ["POST /logout", "POST /logout-all", "DELETE /sessions/current", "DELETE /me"])
    func ended(request: String) async throws {
        try await AuthUnderTest.with { auth in
            _ = try await auth.register("alice@example.com")
            let session = pairs(try await auth.send("POST", "/session", Self.body, headers: Self.https))[0]
            let list = try await auth.send("GET", "/sessions", headers: [("Cookie", session)])
            let id = try #require(try JSONValue(parsing: list.text.utf8).array?.first?.object?["id"]?.string)
            let words = request.replacing("current", with: id).split(separator: " ").map(String.init)
            let answer = try await auth.send(
                words[0], words[1], words[1] == "/me" ? #"{"password":"Passw0rd"}"# : nil,
                headers: [("Cookie", session)])
            #expect(answer.status == 204)
            #expect(
                cookies(answer)
                    == ["access", "refresh"].map {
                        "__Host-cryptodesk_\($0)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
                    })
            #expect(try await auth.send("GET", "/me", headers: [("Cookie", session)]).status == 401)
        }
    }

    @Test("the list of sessions tells a browser's device and address")
    func device() async throws {
        try await AuthUnderTest.with { auth in
            _ = try await auth.register("alice@example.com")
            let answer = try await auth.send(
                "POST", "/session", Self.body, headers: Self.https + [("User-Agent", "Firefox/1")])
            let list = try await auth.send("GET", "/sessions", headers: [("Cookie", pairs(answer)[0])])
            let session = try #require(try JSONValue(parsing: list.text.utf8).array?.first?.object)
            #expect(session["device"] == .string("Firefox/1") && session["address"] == .string(auth.address))
            #expect(session["current"] == .bool(true))
        }
    }
}
