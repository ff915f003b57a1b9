import Auth
import Foundation
import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("The second factor, through nginx and two gateways")
struct SecondFactorTests {
    private static let (totp, confirmation) = ("/api/v1/auth/mfa/totp", "/api/v1/auth/mfa/totp/confirm")

    private struct Owner {
        let user: TestUser
        let secret: TOTPSecret
        let recoveryCodes: [String]

        /// Of the step after that of now: the one of now has turned it on.
        var nextCode: String { secret.code(step: TOTPSecret.step(at: Int(Date().timeIntervalSince1970)) + 1) }

        /// A code of none of the steps around now.
        var wrongCode: String {
            let step = TOTPSecret.step(at: Int(Date().timeIntervalSince1970))
            let right = (-3...3).map { secret.code(step: step + $0) }
            return ["000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777"].first {
                !right.contains($0)
            } ?? ""
        }
    }

    private func owner(_ cluster: ClusterUnderTest) async throws -> Owner {
        let user = try await TestUser.make(cluster)
        let begun = try await user.client.send(.POST, Self.totp)
        try #require(begun.status == 200, "\(begun.text)")
        let secret = TOTPSecret(bytes: try #require(Base32.decode((begun["secret"]?.string ?? "").utf8)))
        let code = secret.code(step: TOTPSecret.step(at: Int(Date().timeIntervalSince1970)))
        let confirmed = try await user.client.post(Self.confirmation, json: #"{"code":"\#(code)"}"#)
        try #require(confirmed.status == 200, "\(confirmed.text)")
        let codes = (confirmed["recovery_codes"]?.array ?? []).compactMap(\.string)
        return Owner(user: user, secret: secret, recoveryCodes: codes)
    }

    /// The token of a login that waits for a code.
    private func begin(_ owner: Owner, at url: String) async throws -> String {
        let answer = try await APIClient(url).login(owner.user.email, TestUser.password)
        #expect(answer.status == 401 && answer["code"]?.string == "mfa_required", "\(answer.text)")
        #expect(answer.object["access_token"] == nil && answer.object["refresh_token"] == nil)
        return try #require(answer["mfa_token"]?.string)
    }

    private func finish(_ token: String, _ code: String, at url: String) async throws -> APIClient.Answer {
        try await APIClient(url).post(
            "/api/v1/auth/login/mfa", json: #"{"mfa_token":"\#(token)","code":"\#(code)"}"#)
    }

    @Test("an operator resets a lost one: the sessions end, the password alone signs in, and the audit log tells of it")
    func reset() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await owner(cluster)
        let token = try await begin(owner, at: cluster.baseURL)
        let done = try await cluster.desk("users", "reset-second-factor", owner.user.email.uppercased())
        #expect(done.status == 0, "\(done.output)")
        #expect(try await eventually { try await owner.user.client.get("/api/v1/auth/me").status == 401 })
        // What was begun with the lost factor goes no further, and its codes are none any more.
        #expect(try await finish(token, owner.recoveryCodes[0], at: cluster.baseURL).status == 401)
        let client = APIClient(cluster.baseURL)
        let login = try await client.login(owner.user.email, TestUser.password)
        #expect(login.status == 200, "\(login.text)")
        let access = try #require(login["access_token"]?.string)
        let me = try await client.get("/api/v1/auth/me", headers: [("Authorization", "Bearer \(access)")])
        #expect(me["mfa_enabled"]?.bool == false)
        let audit = try await cluster.query(
            "postgres-1",
            "SELECT count(*) FROM audit_log JOIN users ON users.id = user_id "
                + "WHERE action = 'mfa.reset' AND email = '\(owner.user.email)'")
        #expect(audit == "1")

        let again = try await cluster.desk("users", "reset-second-factor", owner.user.email)
        #expect(again.status != 0 && again.output.contains("has no second factor"))
        let unknown = try await cluster.desk("users", "reset-second-factor", "nobody@example.com")
        #expect(unknown.status != 0 && unknown.output.contains("no account"))
    }

    @Test("neither a password alone, nor the token for a code, nor a wrong code lets anybody in")
    func refused() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await owner(cluster)
        let doors = [cluster.baseURL, cluster.gatewayURL(1), cluster.gatewayURL(2)]
        let token = try await begin(owner, at: cluster.gatewayURL(1))
        for door in doors {
            #expect(try await APIClient(door, token: token).get("/api/v1/strategies").status == 401)
            let wrong = try await finish(token, owner.wrongCode, at: door)
            #expect(wrong.status == 401 && wrong["code"]?.string == "invalid_code", "\(wrong.text)")
            let madeUp = try await finish(String(token.reversed()), owner.nextCode, at: door)
            #expect(madeUp.status == 401 && madeUp["code"]?.string == "invalid_mfa_token")
        }
        let empty = try await APIClient(cluster.baseURL).post("/api/v1/auth/login/mfa", json: "{}")
        #expect(empty.status == 422 && empty["code"]?.string == "validation_failed")
        let wrong = try await APIClient(cluster.baseURL).login(owner.user.email, "Wrong-Password-1")
        #expect(wrong["code"]?.string == "invalid_credentials" && wrong.object["mfa_token"] == nil)
        // It was begun at one gateway, and is finished at the other.
        let done = try await finish(token, owner.nextCode, at: cluster.gatewayURL(2))
        #expect(done.status == 200, "\(done.text)")
        let client = owner.user.client.with(token: done["access_token"]?.string)
        for door in doors { #expect(try await client.at(door).get("/api/v1/strategies").status == 200) }
    }

    @Test("of many at once with one code, over both gateways, one gets in; so with a recovery code")
    func once() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await owner(cluster)
        let token = try await begin(owner, at: cluster.baseURL)
        for code in [owner.nextCode, owner.recoveryCodes[0]] {
            let answers = try await withThrowingTaskGroup(of: APIClient.Answer.self) { tasks in
                for index in 0..<3 {
                    tasks.addTask { try await finish(token, code, at: cluster.gatewayURL(index % 2 + 1)) }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(answers.count { $0.status == 401 && $0["code"]?.string == "code_reused" } == 2)
        }
    }

    @Test("five wrong codes a minute for one account, over both gateways and from any address; its owner goes on")
    func guesses() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await owner(cluster)
        let tokens = [
            try await begin(owner, at: cluster.gatewayURL(1)), try await begin(owner, at: cluster.gatewayURL(2)),
        ]
        let wrong = owner.wrongCode
        let answers = try await withThrowingTaskGroup(of: APIClient.Answer.self) { tasks in
            for index in 0..<12 {
                tasks.addTask {
                    try await APIClient(cluster.gatewayURL(index % 2 + 1)).post(
                        "/api/v1/auth/login/mfa", json: #"{"mfa_token":"\#(tokens[index % 2])","code":"\#(wrong)"}"#,
                        headers: [("X-Forwarded-For", "198.51.100.\(index)")])
                }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.status == 401 && $0["code"]?.string == "invalid_code" } == 5)
        let denied = answers.filter { $0.status == 429 }
        #expect(denied.count == 7 && denied.allSatisfy { $0.headers.contains(name: "Retry-After") })
        let refreshed = try await APIClient(cluster.baseURL).post(
            "/api/v1/auth/refresh", json: #"{"refresh_token":"\#(owner.user.refreshToken)"}"#)
        #expect(refreshed.status == 200)
    }

    @Test("a browser shows password and code together; another site cannot turn the second factor on or off")
    func browser() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await owner(cluster)
        let browser = Browser(cluster)
        for (code, expected) in [(nil, "mfa_required"), (owner.wrongCode, "invalid_code")] {
            let refused = try await browser.signIn(owner.user, code: code)
            #expect(refused.status == 401 && refused["code"]?.string == expected)
            #expect(browser.cookies.keys.allSatisfy { !$0.hasPrefix("cryptodesk_access") })
        }
        let done = try await browser.signIn(owner.user, code: owner.recoveryCodes[0])
        #expect(done.status == 200 && done["mfa_enabled"] == .bool(true), "\(done.text)")
        for (method, path) in [(HTTPMethod.POST, Self.totp), (.DELETE, Self.totp), (.POST, Self.confirmation)] {
            let foreign = try await browser.send(method, path, "{}", headers: [("Sec-Fetch-Site", "cross-site")])
            #expect(foreign.status == 403 && foreign["code"]?.string == "csrf_rejected")
        }
        let off = try await browser.send(
            .DELETE, Self.totp, #"{"password":"\#(TestUser.password)","code":"\#(owner.recoveryCodes[1])"}"#)
        #expect(off.status == 204, "\(off.text)")
        #expect(try await browser.send(.GET, "/api/v1/auth/me")["mfa_enabled"] == .bool(false))
    }

    @Test("an API key turns nothing on or off; a new password and a deleted account ask for no code")
    func account() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let owner = try await owner(cluster)
        let made = try await owner.user.client.post(
            "/api/v1/auth/api-keys", json: #"{"name":"Bot","scopes":["strategies:read"]}"#)
        let program = owner.user.client.with(token: made["key"]?.string)
        #expect(try await program.get("/api/v1/strategies").status == 200)
        for (method, path) in [(HTTPMethod.POST, Self.totp), (.DELETE, Self.totp), (.POST, Self.confirmation)] {
            #expect(try await program.send(method, path, body: ("application/json", "{}")).status == 403)
        }
        let changed = try await owner.user.client.post(
            "/api/v1/auth/password",
            json: #"{"current_password":"\#(TestUser.password)","new_password":"Battery-Staple-8"}"#)
        #expect(changed.status == 204)
        let waiting = try await APIClient(cluster.baseURL).login(owner.user.email, "Battery-Staple-8")
        #expect(waiting["code"]?.string == "mfa_required")
        let gone = try await owner.user.client.send(
            .DELETE, "/api/v1/auth/me", body: ("application/json", #"{"password":"Battery-Staple-8"}"#))
        #expect(gone.status == 204)
        let late = try await finish(
            waiting["mfa_token"]?.string ?? "", owner.recoveryCodes[0], at: cluster.gatewayURL(1))
        #expect(late.status == 401 && late["code"]?.string == "invalid_mfa_token")
    }
}
