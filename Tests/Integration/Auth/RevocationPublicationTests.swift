import Auth
import Authentication
import Foundation
import Logging
import NIOPosix
import Postgres
import Redis
import TestSupport
import Testing

@Suite("Bringing revocations from PostgreSQL to Redis")
struct RevocationPublicationTests {
    private let name = "test-\(UUID())"
    private var keys: RevocationKeys { RevocationKeys(name: name) }
    private let soon = Int(Date().timeIntervalSince1970) + 600

    private func redis() throws -> RedisClient {
        RedisClient(
            configuration: try RedisConfiguration(
                url: TestEnvironment.value("TEST_REDIS_URL"), password: TestEnvironment.value("TEST_REDIS_PASSWORD"),
                commandDeadline: .seconds(5)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
    }

    private func rows(_ numbers: ClosedRange<Int>) -> [Revocation] {
        numbers.map { Revocation(number: $0, subject: .session("s\($0)"), expiresAt: soon) }
    }

    private func page(_ highest: Int, _ rows: [Revocation], epoch: Int = 1, floor: Int = 1) -> RevocationPage {
        RevocationPage(epoch: epoch, highest: highest, floor: floor, revocations: rows)
    }

    private func publish(
        _ redis: RedisClient, _ page: RevocationPage, after: Int = 0, seen: RevocationPublication.Seen? = nil,
        fresh: String = "fresh", refused: RevocationGeneration? = nil
    ) async throws -> RevocationPublication.Outcome {
        let arguments = RevocationPublication.arguments(
            page, after: after, seen: seen, fresh: RevocationGeneration(epoch: page.epoch, nonce: fresh),
            refused: refused, keys: keys)
        return try RevocationPublication.outcome(
            await redis.evaluate(
                RevocationPublication.script, keys: [keys.state, keys.stream], arguments: arguments))
    }

    private func ask(
        _ redis: RedisClient, _ position: RevocationFeed.Position = RevocationFeed().position
    ) async throws -> RevocationStreamAnswer? {
        try RevocationQuestion.answer(
            await redis.evaluate(
                RevocationQuestion.script, keys: [keys.state, keys.stream],
                arguments: RevocationQuestion.arguments(position)))
    }

    private func seen(_ outcome: RevocationPublication.Outcome) throws -> RevocationPublication.Seen {
        guard case .published(let seen) = outcome else { throw AuthUnderTest.Failure(description: "\(outcome)") }
        return seen
    }

    @Test("an empty Redis says that it has nothing, and is built under a new generation")
    func first() async throws {
        let redis = try redis()
        #expect(try await ask(redis) == nil)
        let first = try seen(await publish(redis, page(2, rows(1...2))))
        #expect(first.generation == RevocationGeneration(epoch: 1, nonce: "fresh") && first.last == 2)
        let answer = try #require(try await ask(redis))
        #expect(answer.entries == rows(1...2) && answer.floor == 1 && answer.generation == first.generation)
        #expect(answer.run == answer.beat.run && answer.beat.highest == 2 && answer.beat.readAfter == 0)
        // Nothing before the first one was seen; from then on each says what it was read after.
        let second = try seen(await publish(redis, page(2, []), after: 2, seen: first, fresh: "other"))
        #expect(second.generation == first.generation && second.sequence == first.sequence + 1)
        #expect(try await ask(redis)?.beat.readAfter == first.sequence)
    }

    @Test("publishing is idempotent and ordered, whoever comes first and however late")
    func idempotent() async throws {
        let redis = try redis()
        _ = try await publish(redis, page(2, rows(1...2)))
        _ = try await publish(redis, page(3, rows(3...3)), after: 2)
        // An old publication that was delayed: nothing is written twice, and the beat does not go back.
        let late = try seen(await publish(redis, page(2, rows(1...2))))
        #expect(late.last == 3)
        // One that begins beyond what Redis has.
        #expect(try await publish(redis, page(6, rows(6...6)), after: 5) == .lacksAfter(3))
        let answer = try #require(try await ask(redis))
        #expect(answer.entries == rows(1...3) && answer.beat.highest == 3)
        var position = RevocationFeed().position
        position.generation = answer.generation
        position.last = 2
        #expect(try await ask(redis, position)?.entries == rows(3...3))
    }

    @Test("each revocation has a key for as long as it refuses something; an epoch's is never lowered")
    func keysWithLifetime() async throws {
        let redis = try redis()
        let subjects: [Revocation.Subject] = [
            .token("t"), .session("s"), .userEpoch(userID: 7, below: 5), .userEpoch(userID: 7, below: 4),
            .globalEpoch(below: 2),
        ]
        let rows = subjects.enumerated().map { Revocation(number: $0 + 1, subject: $1, expiresAt: soon) }
        _ = try await publish(redis, page(5, rows))
        for subject in subjects {
            let time = try await redis.send(["TTL", .string(keys.key(of: subject))]).integerValue ?? 0
            #expect((500...600).contains(time))
        }
        #expect(try await redis.send(["GET", .string(keys.key(of: subjects[2]))]).integerValue == 5)
        #expect(try await ask(redis)?.entries == rows)
    }

    @Test("what has expired is trimmed, also when nothing is left")
    func trimmed() async throws {
        let redis = try redis()
        let first = try seen(await publish(redis, page(5, rows(1...5))))
        _ = try await publish(redis, page(6, rows(6...6), floor: 4), after: 5, seen: first)
        #expect(try await ask(redis)?.entries == rows(4...6))
        let empty = try seen(await publish(redis, page(9, [], floor: 10), after: 6, seen: first))
        #expect(empty.last == 9 && empty.generation == first.generation)
        #expect(try await ask(redis)?.floor == 10)
        let again = try seen(await publish(redis, page(10, rows(10...10), floor: 10), after: 9, seen: empty))
        #expect(again.last == 10 && again.generation == first.generation)
        #expect(try await ask(redis)?.entries == rows(10...10))
    }

    @Test("a stream that lost entries, one that is refused, and one of an earlier primary are built again as a whole")
    func rebuilt() async throws {
        let redis = try redis()
        _ = try await publish(redis, page(3, rows(1...3)), fresh: "a")
        _ = try await redis.send(["XDEL", .string(keys.stream), "2-0"])
        #expect(try await publish(redis, page(3, []), after: 3, fresh: "b") == .lacksAfter(0))
        let whole = try seen(await publish(redis, page(3, rows(1...3)), fresh: "b"))
        #expect(whole.generation.nonce == "b")
        // A primary that was set back.
        #expect(
            try await publish(redis, page(2, []), after: 2, fresh: "c", refused: whole.generation) == .lacksAfter(0))
        let back = try seen(await publish(redis, page(2, rows(1...2)), fresh: "c", refused: whole.generation))
        #expect(back.generation.nonce == "c" && back.last == 2)
        // A later primary; after it the earlier one is not listened to.
        let later = try seen(await publish(redis, page(1, rows(1...1), epoch: 2), fresh: "d"))
        #expect(later.generation == RevocationGeneration(epoch: 2, nonce: "d"))
        #expect(try await publish(redis, page(3, rows(1...3)), fresh: "e") == .superseded)
        #expect(try await ask(redis)?.entries == rows(1...1))
    }

    @Test("numbers have no gaps and are in the order of the commits, also when transactions are rolled back")
    func numbers() async throws {
        try await TestDatabase.with { database in
            let add = "SELECT add_revocation('token', 1, 't', NULL, now() + interval '1 minute')"
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for task in 0..<4 {
                    tasks.addTask {
                        let session = try await database.session(.auth)
                        for attempt in 0..<10 {
                            let end = (task + attempt).isMultiple(of: 3) ? "ROLLBACK" : "COMMIT"
                            try await session.execute("BEGIN; \(add); \(end)")
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let counts = try await database.session().execute(
                "SELECT count(*), min(number), max(number), (SELECT last FROM revocation_counter) FROM revocations")
            let count = try #require(counts.integer(0, 0))
            #expect(count > 20 && counts.integer(0, 1) == 1)
            #expect(counts.integer(0, 2) == count && counts.integer(0, 3) == count)
        }
    }

    @Test("a page of the database is of one snapshot, and rows go from the lowest on")
    func database() async throws {
        try await TestDatabase.with { database in
            let cluster = try PostgresCluster(
                configurations: [
                    PostgresConfiguration(
                        url: try database.url(.auth), password: TestDatabase.password, applicationName: "test")
                ],
                logger: Logger(label: "test"))
            try await withRunning(cluster) {
                let repository = RevocationRepository(database: cluster)
                #expect(
                    try await repository.page(after: 0)
                        == RevocationPage(epoch: 1, highest: 0, floor: 1, revocations: []))
                let session = try await database.session()
                for (kind, seconds) in [("token", -1), ("token", 900), ("token", -1), ("session", 900)] {
                    try await session.execute(
                        "SELECT add_revocation('\(kind)', 1, 'x', NULL, now() + interval '\(seconds) seconds')")
                }
                try await repository.deleteExpired()
                let page = try await repository.page(after: 2)
                #expect(page.floor == 2 && page.highest == 4 && page.revocations.map(\.number) == [3, 4])
                #expect(page.revocations.last?.subject == .session("x"))
                try await session.execute("UPDATE revocations SET expires_at = now()")
                try await repository.deleteExpired()
                #expect(
                    try await repository.page(after: 4)
                        == RevocationPage(epoch: 1, highest: 4, floor: 5, revocations: []))
                // A row that somebody took away is not passed over.
                try await session.execute("SELECT add_revocation('token', 1, 'x', NULL, now() + interval '1 hour')")
                try await session.execute("SELECT add_revocation('token', 1, 'x', NULL, now() + interval '1 hour')")
                try await session.execute("SELECT add_revocation('token', 1, 'x', NULL, now() + interval '1 hour')")
                try await session.execute("DELETE FROM revocations WHERE number = 6")
                await #expect(throws: PostgresError.self) { try await repository.page(after: 4) }
            }
        }
    }
}
