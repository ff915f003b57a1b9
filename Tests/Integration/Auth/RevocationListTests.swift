import Authentication
import Logging
import NIOCore
import NIOPosix
import Redis
import TestSupport
import Testing

@Suite("The blacklist in Redis")
struct RevocationListTests {
    private func redis() throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(
                url: TestEnvironment.value("TEST_REDIS_URL"), password: TestEnvironment.value("TEST_REDIS_PASSWORD"),
                commandDeadline: .seconds(5)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
    }

    private let now = TokenVerifierConfiguration(issuer: "", audience: "").now()
    /// Of this test alone.
    private let userID = Int.random(in: 1 << 40..<1 << 50)

    private func token(_ id: String = "t1", session: String = "s1", epoch: Int = 5) -> AccessToken {
        AccessToken(
            userID: userID, tokenID: id, sessionID: session, epoch: epoch, role: .user, issuedAt: now,
            expiresAt: now + 900)
    }

    private func isRevoked(_ token: AccessToken, _ list: RevocationList) async throws -> Bool {
        let answer = try await list.isRevoked(token)
        let onLoop = try await list.isRevoked(token, on: MultiThreadedEventLoopGroup.singleton.any()).get()
        #expect(answer == onLoop)
        return answer
    }

    @Test("a revoked token, session or epoch refuses what it names and nothing else")
    func scopes() async throws {
        let list = RevocationList(redis: try redis())
        #expect(try await !isRevoked(token(), list))
        try await list.revoke(tokenID: "t1", userID: userID, until: now + 900)
        #expect(try await isRevoked(token(), list))
        #expect(try await !isRevoked(token("t2"), list))
        try await list.revoke(sessionID: "s2", userID: userID, until: now + 900)
        #expect(try await isRevoked(token("t3", session: "s2"), list))
        #expect(try await !isRevoked(token("t3", session: "s3"), list))
        try await list.raise(epoch: 6, userID: userID, until: now + 900)
        #expect(try await isRevoked(token("t4", session: "s4", epoch: 5), list))
        #expect(try await !isRevoked(token("t4", session: "s4", epoch: 6), list))
        try await list.raise(epoch: 3, userID: userID, until: now + 900)
        #expect(try await isRevoked(token("t4", session: "s4", epoch: 5), list))
    }

    @Test("entries go by themselves after the last token that they refuse")
    func expiry() async throws {
        let client = try redis()
        let list = RevocationList(redis: client)
        try await list.revoke(tokenID: "t1", userID: userID, until: now + 100)
        try await list.raise(epoch: 1, userID: userID, until: now + 100)
        for key in ["rev:{\(userID)}:jti:t1", "rev:{\(userID)}:epoch"] {
            let reply = try await client.send(["TTL", .string(key)])
            #expect((150...160).contains(reply.integerValue ?? 0))
        }
    }

    @Test("without Redis, and with an epoch that is no number, nobody knows, so nobody is let in")
    func failClosed() async throws {
        let client = try redis()
        _ = try await client.send(["SET", .string("rev:{\(userID)}:epoch"), "many", "EX", 60])
        await #expect(throws: AuthenticationError.self) { try await RevocationList(redis: client).isRevoked(token()) }
        let error = await #expect(throws: AuthenticationError.self) {
            try await RevocationList(redis: try NoRedis.client()).isRevoked(token())
        }
        guard case .unavailable = error else {
            Issue.record("not unavailable: \(String(describing: error))")
            return
        }
    }
}
