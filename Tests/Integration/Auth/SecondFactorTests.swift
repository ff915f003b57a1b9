import Auth
import Foundation
import JSON
import NIOHTTP1
import Postgres
import TestSupport
import Testing

@Suite("Auth: the second factor")
struct SecondFactorTests {
    /// What an owner with the second factor has.
    private struct Owner {
        let access: String
        let secret: TOTPSecret
        /// That it was confirmed with.
        let usedCode: String
        let recoveryCodes: [String]
    }

    private static func now() -> Int { Int(Date().timeIntervalSince1970) }

    /// A code of the step of now, or so many steps later.
    private static func code(_ secret: TOTPSecret, later steps: Int = 0) -> String {
        secret.code(step: TOTPSecret.step(at: now()) + steps)
    }

    /// No code of the steps around now.
    private static func wrongCode(_ secret: TOTPSecret) -> String {
        let right = (-3...3).map { code(secret, later: $0) }
        return (0..<10).map { String(repeating: String($0), count: 6) }.first { !right.contains($0) } ?? ""
    }

    private func begin(_ auth: AuthUnderTest, _ access: String) async throws -> TOTPSecret {
        let begun = try await auth.send("POST", "/mfa/totp", token: access)
        #expect(begun.status == 200 && begun.headers.first(name: "Cache-Control") == "no-store")
        return TOTPSecret(bytes: try #require(Base32.decode(begun["secret"].utf8)))
    }

    private func confirm(_ auth: AuthUnderTest, _ access: String, _ code: String) async throws -> AuthUnderTest.Answer {
        try await auth.send("POST", "/mfa/totp/confirm", "{\"code\":\"\(code)\"}", token: access)
    }

    /// Turns it on with the code of now: that of the next step is left.
    private func enabled(_ auth: AuthUnderTest, _ email: String = "alice@example.com") async throws -> Owner {
        let access = try await auth.signedIn(email).access
        let secret = try await begin(auth, access)
        let code = Self.code(secret)
        let answer = try await confirm(auth, access, code)
        #expect(answer.status == 200, "\(answer.text)")
        let codes = (answer.object["recovery_codes"]?.array ?? []).compactMap(\.string)
        return Owner(access: access, secret: secret, usedCode: code, recoveryCodes: codes)
    }

    private func token(_ auth: AuthUnderTest, _ email: String = "alice@example.com") async throws -> String {
        let answer = try await auth.login(email, from: AuthUnderTest.makeAddress())
        #expect(answer.status == 401 && answer["code"] == "mfa_required", "\(answer.text)")
        return answer["mfa_token"]
    }

    private func finish(
        _ auth: AuthUnderTest, _ token: String, _ code: String, instance: Int = 0
    ) async throws -> AuthUnderTest.Answer {
        try await auth.send(
            "POST", "/login/mfa", "{\"mfa_token\":\"\(token)\",\"code\":\"\(code)\"}",
            from: AuthUnderTest.makeAddress(), instance: instance)
    }

    // MARK: Turning it on and off

    @Test("it is on once a code was confirmed, which me shows, and its secret is nowhere in the clear")
    func enabling() async throws {
        try await AuthUnderTest.with { auth in
            let access = try await auth.signedIn().access
            let early = try await confirm(auth, access, "123456")
            #expect(early.status == 409 && early["code"] == "mfa_not_pending")
            let begun = try await auth.send("POST", "/mfa/totp", token: access)
            #expect(begun["otpauth_uri"].hasPrefix("otpauth://totp/CryptoDesk:alice%40example.com?secret="))
            #expect(begun["qr_svg"] == QRCode(Array(begun["otpauth_uri"].utf8))?.svg)
            // Not confirmed, it changes nothing; asked for again, it is another one.
            #expect(try await auth.login("alice@example.com").status == 200)
            let secret = try await begin(auth, access)
            #expect(secret.text != begun["secret"])
            for wrong in [Self.wrongCode(secret), "12345", RecoveryCode().text] {
                let refused = try await confirm(auth, access, wrong)
                #expect(refused.status == 403 && refused["code"] == "wrong_code", "\(wrong): \(refused.text)")
            }
            #expect(try await confirm(auth, access, "").status == 422)
            let answer = try await confirm(auth, access, Self.code(secret))
            #expect(answer.status == 200 && answer.headers.first(name: "Cache-Control") == "no-store")
            let codes = (answer.object["recovery_codes"]?.array ?? []).compactMap(\.string)
            #expect(Set(codes).count == 10 && codes.allSatisfy { RecoveryCode($0) != nil })
            let me = try await auth.send(
                "GET", "/me", token: access,
                headers: [("Consistency-Token", answer.headers.first(name: "Consistency-Token") ?? "")])
            #expect(me.object["mfa_enabled"] == .bool(true))
            for again in ["/mfa/totp", "/mfa/totp/confirm"] {
                let refused = try await auth.send("POST", again, "{\"code\":\"123456\"}", token: access)
                #expect(refused.status == 409 && refused["code"] == "mfa_already_enabled")
            }
            let rows = try await auth.database.session().execute(
                "SELECT totp_secrets::text || recovery_codes::text || audit_log::text || sealed::text, sealed "
                    + "FROM totp_secrets, recovery_codes, audit_log")
            #expect(rows.count >= 10)
            let plain = secret.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            for row in 0..<rows.count {
                let text = try #require(rows.text(row, 0))
                #expect(!text.contains(secret.text) && !text.contains(plain))
                #expect(codes.allSatisfy { !text.contains($0) })
            }
        }
    }

    @Test("password and code turn it off, and neither alone")
    func disabling() async throws {
        try await AuthUnderTest.with { auth in
            let access = try await auth.signedIn("bob@example.com").access
            func disable(_ token: String, _ password: String, _ code: String) async throws -> AuthUnderTest.Answer {
                try await auth.send(
                    "DELETE", "/mfa/totp", "{\"password\":\"\(password)\",\"code\":\"\(code)\"}", token: token)
            }
            let off = try await disable(access, AuthUnderTest.password, "123456")
            #expect(off.status == 409 && off["code"] == "mfa_not_enabled", "\(off.text)")
            let owner = try await enabled(auth)
            let password = try await disable(owner.access, "Wr0ngPassword", Self.code(owner.secret, later: 1))
            #expect(password.status == 403 && password["code"] == "wrong_password")
            let code = try await disable(owner.access, AuthUnderTest.password, Self.wrongCode(owner.secret))
            #expect(code.status == 403 && code["code"] == "wrong_code")
            let reused = try await disable(owner.access, AuthUnderTest.password, owner.usedCode)
            #expect(reused.status == 403 && reused["code"] == "code_reused")
            let missing = try await auth.send("DELETE", "/mfa/totp", "{}", token: owner.access)
            #expect(missing.items == ["body.password value_error.missing", "body.code value_error.missing"])
            let done = try await disable(owner.access, AuthUnderTest.password, owner.recoveryCodes[3])
            #expect(done.status == 204, "\(done.text)")
            let me = try await auth.send(
                "GET", "/me", token: owner.access,
                headers: [("Consistency-Token", done.headers.first(name: "Consistency-Token") ?? "")])
            #expect(me.object["mfa_enabled"] == .bool(false))
            #expect(try await auth.login("alice@example.com").status == 200)
            let session = try await auth.database.session()
            for table in ["totp_secrets", "recovery_codes"] {
                #expect(try await session.execute("SELECT count(*) FROM \(table)").integer(0, 0) == 0)
            }
            let actions = try await session.execute(
                "SELECT action FROM audit_log WHERE action NOT LIKE 'login.%' ORDER BY id")
            #expect(
                (0..<actions.count).map { actions.text($0, 0) }
                    == ["mfa.enabled", "mfa.recovery_code_used", "mfa.disabled"])
            // And on again, with another secret.
            let again = try await begin(auth, owner.access)
            #expect(again != owner.secret)
            #expect(try await confirm(auth, owner.access, Self.code(again)).status == 200)
        }
    }

    // MARK: Signing in

    @Test("a password alone lets nobody in, and tells that a code is needed only to who has it")
    func passwordAlone() async throws {
        try await AuthUnderTest.with { auth in
            let owner = try await enabled(auth)
            let wrong = try await auth.login("alice@example.com", password: "Wr0ngPassword")
            #expect(wrong.status == 401 && wrong["code"] == "invalid_credentials" && wrong["mfa_token"].isEmpty)
            let required = try await auth.login("alice@example.com")
            #expect(required.status == 401 && required["code"] == "mfa_required")
            #expect(required.headers.first(name: "WWW-Authenticate") == "Bearer")
            #expect(required.object.names == ["detail", "code", "request_id", "mfa_token"])
            let token = required["mfa_token"]
            for other in [
                "x", String(token.dropLast()), (token.first == "A" ? "B" : "A") + token.dropFirst(),
                String(owner.access.prefix(512)),
            ] {
                let refused = try await finish(auth, other, Self.code(owner.secret, later: 1))
                #expect(refused.status == 401 && refused["code"] == "invalid_mfa_token", "\(other): \(refused.text)")
            }
            #expect(try await auth.send("GET", "/me", token: token).status == 401)
            #expect(try await auth.refresh(token).status == 401)
            let done = try await finish(auth, token, " " + Self.code(owner.secret, later: 1))
            #expect(done.status == 200 && done.headers.first(name: "Cache-Control") == "no-store")
            #expect(done.object.names == ["access_token", "refresh_token", "token_type", "expires_in"])
            #expect(try await auth.send("GET", "/me", token: done["access_token"]).status == 200)
            #expect(try await auth.refresh(done["refresh_token"]).status == 200)
        }
    }

    @Test("of many logins at once with one code, over two instances, one passes; an older code passes no more")
    func once() async throws {
        try await AuthUnderTest.with(instances: 2, settings: ["LOGIN_LIMIT_PER_MINUTE": "1000"]) { auth in
            let owner = try await enabled(auth)
            var tokens: [String] = []
            // As many as are looked at in a minute.
            for _ in 0..<5 { tokens.append(try await token(auth)) }
            let code = Self.code(owner.secret, later: 1)
            let answers = try await withThrowingTaskGroup(of: AuthUnderTest.Answer.self) { group in
                for (index, token) in tokens.enumerated() {
                    group.addTask { try await finish(auth, token, code, instance: index % 2) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(answers.count { $0.status == 401 && $0["code"] == "code_reused" } == 4)
            let older = try await finish(auth, tokens[0], owner.usedCode)
            #expect(older.status == 401 && older["code"] == "code_reused")
        }
    }

    @Test("each recovery code signs in once, also when many ask at once, and is audited with what is left")
    func recoveryCodes() async throws {
        try await AuthUnderTest.with(instances: 2, settings: ["LOGIN_LIMIT_PER_MINUTE": "1000"]) { auth in
            let owner = try await enabled(auth)
            let token = try await token(auth)
            for (index, code) in owner.recoveryCodes.prefix(2).enumerated() {
                let statuses = try await withThrowingTaskGroup(of: String.self) { group in
                    for instance in 0..<3 {
                        group.addTask {
                            let answer = try await finish(auth, token, code.lowercased(), instance: instance % 2)
                            return answer.status == 200 ? "in" : answer["code"]
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.sorted() == ["code_reused", "code_reused", "in"])
                let rows = try await auth.database.session().execute(
                    "SELECT details->>'left' FROM audit_log WHERE action = 'mfa.recovery_code_used' ORDER BY id")
                #expect(rows.count == index + 1 && rows.text(index, 0) == "\(9 - index)")
            }
            let unknown = try await finish(auth, token, RecoveryCode().text)
            #expect(unknown.status == 401 && unknown["code"] == "invalid_code")
        }
    }

    @Test("five wrong codes a minute for one account, whatever addresses and tokens; a right one does not count")
    func guesses() async throws {
        try await AuthUnderTest.with(instances: 2) { auth in
            let owner = try await enabled(auth)
            let tokens = [try await token(auth), try await token(auth)]
            #expect(try await finish(auth, tokens[0], owner.recoveryCodes[0]).status == 200)
            let wrong = Self.wrongCode(owner.secret)
            let answers = try await withThrowingTaskGroup(of: AuthUnderTest.Answer.self) { group in
                for index in 0..<12 {
                    group.addTask { try await finish(auth, tokens[index % 2], wrong, instance: index % 2) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 401 && $0["code"] == "invalid_code" } == 5)
            let refused = answers.filter { $0.status == 429 }
            #expect(refused.count == 7 && refused.allSatisfy { $0.headers.contains(name: "Retry-After") })
            let right = try await finish(auth, try await token(auth), Self.code(owner.secret, later: 1))
            #expect(right.status == 429)
            // Who is signed in goes on.
            #expect(try await auth.send("GET", "/me", token: owner.access).status == 200)
        }
    }

    @Test("a browser signs in with password and code in one step, and gets no token without")
    func browser() async throws {
        try await AuthUnderTest.with { auth in
            let owner = try await enabled(auth)
            func session(_ code: String?) async throws -> AuthUnderTest.Answer {
                let code = code.map { ",\"code\":\"\($0)\"" } ?? ""
                return try await auth.send(
                    "POST", "/session",
                    "{\"email\":\"alice@example.com\",\"password\":\"\(AuthUnderTest.password)\"\(code)}",
                    headers: [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "desk.example")])
            }
            for (code, expected) in [(nil, "mfa_required"), (Self.wrongCode(owner.secret), "invalid_code")] {
                let refused = try await session(code)
                #expect(refused.status == 401 && refused["code"] == expected)
                #expect(refused.headers["Set-Cookie"].isEmpty && refused["mfa_token"].isEmpty)
            }
            let code = Self.code(owner.secret, later: 1)
            let done = try await session(code)
            #expect(done.status == 200 && done.object["mfa_enabled"] == .bool(true))
            #expect(done.headers["Set-Cookie"].count == 2)
            let again = try await session(code)
            #expect(again.status == 401 && again["code"] == "code_reused")
        }
    }

    // MARK: What else happens to the account

    @Test("a login that waits for a code ends with the password, the account's activity and the second factor")
    func overtaken() async throws {
        try await AuthUnderTest.with(settings: ["LOGIN_LIMIT_PER_MINUTE": "1000"]) { auth in
            let owner = try await enabled(auth)
            let token = try await token(auth)
            let changed = try await auth.send(
                "POST", "/password",
                "{\"current_password\":\"\(AuthUnderTest.password)\",\"new_password\":\"N3w-Passphrase\"}",
                token: owner.access)
            #expect(changed.status == 204)
            #expect(try await finish(auth, token, owner.recoveryCodes[0])["code"] == "invalid_mfa_token")
            let newer = try await auth.login("alice@example.com", password: "N3w-Passphrase")["mfa_token"]
            try await auth.execute("UPDATE users SET is_active = false")
            #expect(try await finish(auth, newer, owner.recoveryCodes[0])["code"] == "invalid_mfa_token")
            try await auth.execute("UPDATE users SET is_active = true")
            #expect(try await finish(auth, newer, owner.recoveryCodes[0]).status == 200)
            try await auth.execute("UPDATE users SET mfa_enabled = false")
            #expect(try await finish(auth, newer, owner.recoveryCodes[1])["code"] == "invalid_mfa_token")
        }
    }

    @Test("a deleted account takes its second factor along")
    func afterwards() async throws {
        try await AuthUnderTest.with { auth in
            let owner = try await enabled(auth)
            let gone = try await auth.send(
                "DELETE", "/me", "{\"password\":\"\(AuthUnderTest.password)\"}", token: owner.access)
            #expect(gone.status == 204)
            let session = try await auth.database.session()
            for table in ["users", "totp_secrets", "recovery_codes"] {
                #expect(try await session.execute("SELECT count(*) FROM \(table)").integer(0, 0) == 0, "\(table)")
            }
        }
    }

    @Test("without a token nobody turns it on or off, and neither does another service's role read it")
    func access() async throws {
        try await AuthUnderTest.with { auth in
            for (method, path) in [("POST", "/mfa/totp"), ("POST", "/mfa/totp/confirm"), ("DELETE", "/mfa/totp")] {
                #expect(try await auth.send(method, path, "{\"code\":\"1\",\"password\":\"x\"}").status == 401)
            }
            let strategies = try await auth.database.session(.strategies)
            for table in ["totp_secrets", "recovery_codes"] {
                await #expect(throws: (any Error).self) { try await strategies.execute("SELECT FROM \(table)") }
            }
        }
    }
}
