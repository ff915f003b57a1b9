import Auth
import Logging
import NIOHTTP1
import NIOPosix
import Postgres
import Redis
import TestSupport
import Testing

@Suite("Auth: hashing under load")
struct LoginStormTests {
    @Test("a storm of logins is answered 401 or, early and with a time, 503; the account is asked for once it is over")
    func storm() async throws {
        let settings = ["LOGIN_LIMIT_PER_MINUTE": "10000", "BCRYPT_COST": "12", "BCRYPT_THREADS": "1"]
        try await AuthUnderTest.with(settings: settings) { auth in
            let answers = try await withThrowingTaskGroup(of: AuthUnderTest.Answer.self) { group in
                for index in 0..<40 {
                    group.addTask { try await auth.login("nobody\(index)@example.com", password: "Wr0ngPassword") }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status == 503 }
            #expect(!refused.isEmpty)
            #expect(answers.count { $0.status == 401 } + refused.count == 40)
            for answer in refused {
                #expect(answer["code"] == "overloaded")
                #expect((answer.headers.first(name: "Retry-After").flatMap { Int($0) } ?? 0) >= 1)
            }
            #expect(try await auth.send("GET", "/health").status == 200)
        }
    }

    @Test("one hash for every outcome of a login")
    func oneHash() async throws {
        try await TestDatabase.with { database in
            let postgres = try PostgresCluster(
                configurations: [
                    PostgresConfiguration(
                        url: try database.url(.auth), password: TestDatabase.password, applicationName: "test")
                ],
                logger: Logger(label: "test"))
            let hasher = PasswordHasher(cost: 4, threads: 1)
            try await withRunning(postgres, hasher) {
                let hash = try await hasher.hash("Passw0rd")
                let session = try await database.session()
                _ = try await session.execute(
                    """
                    INSERT INTO users (email, full_name, password_hash, is_active) VALUES
                        ('active@example.com', 'A', '\(hash)', true), ('inactive@example.com', 'B', '\(hash)', false),
                        ('broken@example.com', 'C', 'no hash', true), ('second@example.com', 'D', '\(hash)', true)
                    """)
                _ = try await session.execute("UPDATE users SET mfa_enabled = true WHERE email = 'second@example.com'")
                _ = try await eventually { hasher.hashCount == 2 }
                let redis = RedisClient(
                    configuration: try RedisConfiguration(
                        url: TestEnvironment.value("TEST_REDIS_URL"),
                        password: TestEnvironment.value("TEST_REDIS_PASSWORD")),
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
                let limits = LoginLimits(
                    redis: redis, local: LocalAttempts(instances: 1), perMinute: 5, byAddress: 5, byAccount: 1000)
                let login = Login(
                    accounts: AccountRepository(database: postgres), hasher: hasher,
                    sessions: try NoRedis.sessions(postgres), now: { 0 })
                for name in ["active", "second", "inactive", "broken", "unknown", "no address", "\u{212A}x", "nul\0"] {
                    for password in ["Passw0rd", "wrong", "Passw0rd\0", String(repeating: "x", count: 100)] {
                        let before = hasher.hashCount
                        let address = AuthUnderTest.makeAddress()
                        let outcome = try await login.signIn(
                            "\(name)@example.com", password, device: .init(userAgent: "", address: address),
                            counting: try await limits.begin("\(name)@example.com", address: address))
                        let isRight = password == "Passw0rd"
                        switch outcome {
                        case .signedIn: #expect(name == "active" && isRight)
                        case .needsCode: #expect(name == "second" && isRight)
                        case .refused: #expect(!(name == "active" || name == "second") || !isRight)
                        }
                        #expect(hasher.hashCount == before + 1, "\(name) \(password)")
                    }
                }
            }
        }
    }
}
