import Accounts
import Auth
import Logging
import NIOPosix
import Postgres
import Redis
import TestSupport
import Testing

@Suite("Auth: hashes of another cost")
struct RehashTests {
    /// A login whose new hashes are of cost 5, and an account whose hash is of cost 4 and has the password `Passw0rd`.
    private func withLogin(
        _ body:
            @escaping @Sendable (
                _ hasher: PasswordHasher, _ database: TestDatabase,
                _ signIn: @escaping @Sendable (_ password: String) async throws -> Bool
            ) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let configuration = try PostgresConfiguration(
                url: try database.url(.auth), password: TestDatabase.password, applicationName: "test")
            let postgres = try PostgresCluster(configurations: [configuration], logger: Logger(label: "test"))
            let (old, hasher) = (PasswordHasher(cost: 4, threads: 1), PasswordHasher(cost: 5, threads: 2))
            let redis = RedisClient(
                configuration: try RedisConfiguration(
                    url: TestEnvironment.value("TEST_REDIS_URL"), password: TestEnvironment.value("TEST_REDIS_PASSWORD")
                ),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
            let limits = LoginLimits(
                redis: redis, local: LocalAttempts(instances: 1), perMinute: 5, byAddress: 5, byAccount: 1000)
            try await withRunning(postgres, old, hasher) {
                let hash = try await old.hash("Passw0rd")
                _ = try await database.session().execute(
                    "INSERT INTO users (email, full_name, password_hash) VALUES ('\(database.name)@example.com', 'A', $1)",
                    [.text(hash)])
                _ = try await eventually { hasher.hashCount == 1 }
                let login = Login(
                    accounts: AccountRepository(database: postgres), hasher: hasher,
                    sessions: try NoRedis.sessions(postgres), now: { 0 })
                try await body(hasher, database) { password in
                    let (name, address) = ("\(database.name)@example.com", AuthUnderTest.makeAddress())
                    let outcome = try await login.signIn(
                        name, password, device: .init(userAgent: "", address: address),
                        counting: try await limits.begin(name, address: address))
                    if case .signedIn = outcome { return true }
                    return false
                }
            }
        }
    }

    private func cost(_ database: TestDatabase) async throws -> Int? {
        try await database.session().execute("SELECT password_hash FROM users").text(0, 0).flatMap {
            BcryptSetting($0)
        }?
        .cost
    }

    @Test("a right password is hashed anew at the cost of today, once; a wrong one takes as long and changes nothing")
    func raised() async throws {
        try await withLogin { hasher, database, signIn in
            for (password, isRight, hashes, cost) in [
                ("Wr0ng", false, 2, 4), ("Passw0rd\0", false, 2, 4), ("Passw0rd", true, 2, 5), ("Passw0rd", true, 1, 5),
                ("Wr0ng", false, 1, 5),
            ] {
                let before = hasher.hashCount
                let signedIn = try await signIn(password)
                #expect(signedIn == isRight, "\(password)")
                #expect(hasher.hashCount == before + hashes, "\(password)")
                let stored = try await self.cost(database)
                #expect(stored == cost)
            }
        }
    }

    @Test("of many logins at once whose hash is replaced, all get in")
    func concurrent() async throws {
        try await withLogin { _, database, signIn in
            let signedIn = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 { group.addTask { try await signIn("Passw0rd") } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(signedIn == 6)
            let stored = try await cost(database)
            #expect(stored == 5)
        }
    }
}
