import Auth
import Authentication
import Logging
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("Auth: the second factor, by a clock and keys of the test's own")
struct SecondFactorClockTests {
    private final class Clock: Sendable {
        private let seconds = Mutex(3000)
        var now: Int { seconds.withLock { $0 } }
        func set(_ seconds: Int) { self.seconds.withLock { $0 = seconds } }
    }

    private static let origin = AuditOrigin(actorID: nil, address: "", requestID: "")

    /// Calls back with the id of an account, and with what makes repositories with keys.
    private func withAccount(
        _ body:
            @escaping @Sendable (
                _ userID: Int, _ clock: Clock, _ repository: @Sendable (SecondFactorKeys) -> SecondFactorRepository
            ) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let configuration = try PostgresConfiguration(
                url: try database.url(.auth), password: TestDatabase.password, applicationName: "test")
            let postgres = try PostgresCluster(configurations: [configuration], logger: Logger(label: "test"))
            try await withRunning(postgres) {
                let rows = try await database.session().execute(
                    "INSERT INTO users (email, full_name, password_hash) VALUES ('a@example.com', 'A', 'x') RETURNING id"
                )
                let clock = Clock()
                try await body(try #require(rows.integer(0, 0)), clock) { keys in
                    SecondFactorRepository(database: postgres, keys: keys) { clock.now }
                }
            }
        }
    }

    private func enable(_ repository: SecondFactorRepository, _ userID: Int, _ clock: Clock) async throws -> TOTPSecret
    {
        let secret = TOTPSecret()
        #expect(try await repository.begin(secret, userID: userID) == "a@example.com")
        let code = SecondFactorCode(secret.code(step: TOTPSecret.step(at: clock.now)))
        _ = try await repository.confirm(code, userID: userID, recoveryCodes: [], by: Self.origin)
        return secret
    }

    private func take(_ repository: SecondFactorRepository, _ userID: Int, _ code: String) async throws {
        try await repository.database.transaction { transaction in
            try await repository.takeForLogin(
                SecondFactorCode(code), userID: userID, by: Self.origin, in: transaction)
        }
    }

    @Test("a clock may be one step off; a code is taken once, and none that is older than one that was")
    func drift() async throws {
        try await withAccount { userID, clock, repository in
            let repository = repository(SecondFactorKeys(key: "one", previousKey: ""))
            let secret = try await enable(repository, userID, clock)
            for (time, step, error) in [
                (3000, 100, SecondFactorError.reusedCode), (3000, 99, .reusedCode), (3000, 98, .wrongCode),
                (3000, 102, .wrongCode), (3000, 101, nil), (3000, 101, .reusedCode), (3089, 101, .reusedCode),
                (3090, 101, .wrongCode), (3149, 103, nil), (3150, 104, nil), (3150, 106, nil), (3150, 105, .reusedCode),
            ] as [(Int, Int, SecondFactorError?)] {
                clock.set(time)
                do {
                    try await take(repository, userID, secret.code(step: step))
                    #expect(error == nil, "\(time) \(step)")
                } catch let thrown as SecondFactorError {
                    #expect(thrown == error, "\(time) \(step)")
                }
            }
        }
    }

    @Test("under a new key and the one before, each code that is used seals the secret anew")
    func keys() async throws {
        try await withAccount { userID, clock, repository in
            let old = repository(SecondFactorKeys(key: "one", previousKey: ""))
            let secret = try await enable(old, userID, clock)
            let new = repository(SecondFactorKeys(key: "two", previousKey: ""))
            clock.set(3030)
            await #expect(throws: SecondFactorError.unreadableSecret) {
                try await take(new, userID, secret.code(step: 101))
            }
            try await take(
                repository(SecondFactorKeys(key: "two", previousKey: "one")), userID, secret.code(step: 101))
            clock.set(3060)
            try await take(new, userID, secret.code(step: 102))
            await #expect(throws: SecondFactorError.unreadableSecret) {
                try await take(old, userID, secret.code(step: 103))
            }
        }
    }
}
