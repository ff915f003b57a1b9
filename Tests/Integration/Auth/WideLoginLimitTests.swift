import Auth
import NIOHTTP1
import Postgres
import TestSupport
import Testing

@Suite("Auth: the login limits by address and by account")
struct WideLoginLimitTests {
    private func statuses(
        _ count: Int, _ login: @escaping @Sendable (Int) async throws -> AuthUnderTest.Answer
    ) async throws -> [AuthUnderTest.Answer] {
        try await withThrowingTaskGroup(of: AuthUnderTest.Answer.self) { group in
            for index in 0..<count { group.addTask { try await login(index) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("an address that sprays passwords over accounts is stopped, at every instance; its neighbour is not")
    func address() async throws {
        try await AuthUnderTest.with(instances: 2, settings: ["LOGIN_LIMIT_ADDRESS": "6"]) { auth in
            _ = try await auth.register("alice@example.com")
            let answers = try await statuses(10) {
                try await auth.login("n\($0)@example.com", password: "Wr0ngPassword", instance: $0 % 2)
            }
            #expect(answers.count { $0.status == 401 } == 6)
            let refused = answers.filter { $0.status == 429 }
            #expect(refused.count == 4)
            for answer in refused {
                #expect(answer["code"] == "rate_limited")
                #expect(answer.headers.first(name: "RateLimit-Policy") == "\"login-address\";q=6;w=600")
                #expect(
                    answer.headers.first(name: "Retry-After").flatMap { Int($0) }.map { (1...600).contains($0) } == true
                )
            }
            #expect(try await auth.login("alice@example.com").status == 429)
            #expect(try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()).status == 200)
        }
    }

    @Test("who signs in well does not use up what failures may, nor does who was not let try")
    func successes() async throws {
        let settings = ["LOGIN_LIMIT_ADDRESS": "2", "LOGIN_LIMIT_ACCOUNT": "2", "LOGIN_LIMIT_PER_MINUTE": "1000"]
        try await AuthUnderTest.with(settings: settings) { auth in
            _ = try await auth.register("alice@example.com")
            for _ in 0..<4 { #expect(try await auth.login("alice@example.com").status == 200) }
            for index in 0..<4 {
                let address = AuthUnderTest.makeAddress()
                #expect(try await auth.login("alice@example.com", from: address).status == 200, "\(index)")
            }
            // Another account is guessed until the address is stopped: what it is then refused counts for no account.
            _ = try await auth.register("bob@example.com")
            for index in 0..<5 {
                let status = try await auth.login("bob@example.com", password: "Wr0ng-\(index)").status
                #expect(status == (index < 2 ? 401 : 429))
            }
            _ = try await auth.register("carol@example.com")
            for _ in 0..<3 { #expect(try await auth.login("carol@example.com").status == 429) }
            #expect(try await auth.login("carol@example.com", from: AuthUnderTest.makeAddress()).status == 200)
        }
    }

    @Test(
        "an account that many addresses guess at is closed to them, whether it is there or not, and open to its owner")
    func account() async throws {
        try await AuthUnderTest.with(instances: 2, settings: ["LOGIN_LIMIT_ACCOUNT": "6"]) { auth in
            _ = try await auth.register("alice@example.com")
            let home = AuthUnderTest.makeAddress()
            let session = try await auth.login("alice@example.com", from: home)
            #expect(session.status == 200)
            for name in ["alice", "nobody"] {
                let answers = try await statuses(12) {
                    try await auth.login(
                        "\(name)@example.com", password: "Wr0ngPassword", from: AuthUnderTest.makeAddress(),
                        instance: $0 % 2)
                }
                #expect(answers.count { $0.status == 401 } == 6, "\(name)")
                let refused = answers.filter { $0.status == 429 }
                #expect(refused.count == 6, "\(name)")
                for answer in refused {
                    #expect(answer.headers.first(name: "RateLimit-Policy") == "\"login-account\";q=6;w=600")
                }
            }
            // Not even the right password helps a stranger.
            #expect(try await auth.login("alice@example.com", from: AuthUnderTest.makeAddress()).status == 429)
            // The owner: at an address of the network where he has signed in, and wherever he is signed in.
            #expect(try await auth.login("alice@example.com", from: home).status == 200)
            let neighbour = String(home.dropLast(3)) + "::2"
            #expect(try await auth.login("alice@example.com", from: neighbour, instance: 1).status == 200)
            #expect(try await auth.send("GET", "/me", token: session["access_token"]).status == 200)
            #expect(try await auth.refresh(session["refresh_token"]).status == 200)
        }
    }

    @Test("an address is known once a session began there, for ninety days, and is forgotten after that")
    func known() async throws {
        try await AuthUnderTest.with(settings: ["LOGIN_LIMIT_ACCOUNT": "1"]) { auth in
            _ = try await auth.register("alice@example.com")
            let home = AuthUnderTest.makeAddress()
            #expect(try await auth.login("alice@example.com", from: home).status == 200)
            #expect(
                try await auth.login("alice@example.com", password: "Wr0ng", from: AuthUnderTest.makeAddress()).status
                    == 401)
            #expect(try await auth.login("alice@example.com", from: home).status == 200)
            try await auth.execute("UPDATE known_networks SET last_used_at = now() - interval '91 days'")
            #expect(try await auth.login("alice@example.com", from: home).status == 429)
            try await auth.execute("UPDATE known_networks SET last_used_at = now() - interval '89 days'")
            #expect(try await auth.login("alice@example.com", from: home).status == 200)
            try await auth.execute(
                "INSERT INTO known_networks (user_id, network, last_used_at) SELECT id, '\\x01020304', now() - interval '91 days' FROM users"
            )
            #expect(try await auth.login("alice@example.com", from: home).status == 200)
            let rows = try await auth.database.session().execute(
                "SELECT count(*), min(last_used_at) > now() - interval '1 hour' FROM known_networks")
            #expect(rows.integer(0, 0) == 1 && rows.boolean(0, 1) == true)
        }
    }
}
