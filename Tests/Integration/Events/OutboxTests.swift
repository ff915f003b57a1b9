import Events
import JSON
import Logging
import NIOPosix
import Postgres
import Redis
import Strategies
import TestSupport
import Testing

@Suite("The outbox", .enabled(if: RedisUnderTest.isGiven))
struct OutboxTests {
    /// A database with one user, and a stream of the test's own.
    private struct Fixture: Sendable {
        let database: TestDatabase
        let user: Int
        let redis: RedisClient
        let stream = EventStream(name: "test-\(UInt64.random(in: 0 ... .max))")

        /// One instance's publisher over connections of its own, as long as `body` runs.
        func withPublisher<R: Sendable>(
            redis other: RedisClient? = nil, _ body: @Sendable (OutboxPublisher) async throws -> R
        ) async throws -> R {
            let cluster = try makeCluster()
            let publisher = OutboxPublisher(
                outbox: EventOutbox(cluster), redis: other ?? redis, stream: stream, retained: 100_000,
                logger: Logger(label: "test"))
            return try await withRunning(cluster, publisher) { try await body(publisher) }
        }

        func withOutbox<R: Sendable>(_ body: @Sendable (EventOutbox) async throws -> R) async throws -> R {
            let cluster = try makeCluster()
            return try await withRunning(cluster) { try await body(EventOutbox(cluster)) }
        }

        private func makeCluster() throws -> PostgresCluster {
            try PostgresCluster(
                configurations: [
                    PostgresConfiguration(
                        url: try database.url(.strategies), password: TestDatabase.password, maximumConnections: 2,
                        applicationName: "test")
                ],
                logger: Logger(label: "test"))
        }

        /// A strategy of this name; its id.
        @discardableResult
        func create(_ name: String, _ session: PostgresSession) async throws -> Int {
            try await session.execute(
                "INSERT INTO trading_strategies (user_id, strategy_name) VALUES ($1::bigint, $2) RETURNING id",
                [.integer(user), .text(name)]
            ).integer(0, 0) ?? 0
        }

        /// What the stream holds: each event's strategy and version.
        func published() async throws -> [(strategy: Int, version: Int, name: String)] {
            let entries = try await redis.send(["XRANGE", .string(stream.key), "-", "+"]).elements ?? []
            return try entries.compactMap { try EventStream.read(entry: $0).event }.map { event in
                #expect(event.userID == user)
                let data = try JSONValue(parsing: event.data).object
                return (
                    data?["id"]?.integer ?? 0, data?["version"]?.integer ?? 0, data?["strategy_name"]?.string ?? ""
                )
            }
        }

        func names() async throws -> [String] { try await published().map(\.name) }

        func isEmpty() async throws -> Bool {
            try await database.session().execute("SELECT FROM event_outbox LIMIT 1").isEmpty
        }
    }

    private func withFixture(_ body: @Sendable (Fixture) async throws -> Void) async throws {
        try await RedisUnderTest().withClient { redis in
            try await TestDatabase.with { database in
                let rows = try await database.session().execute(
                    "INSERT INTO users (email, full_name, password_hash) VALUES ('a@x', 'A', 'x') RETURNING id")
                let fixture = Fixture(database: database, user: rows.integer(0, 0) ?? 0, redis: redis)
                let isConnected = try await eventually { redis.isReady }
                #expect(isConnected)
                try await body(fixture)
                _ = try await redis.send(["DEL"] + fixture.stream.keys.map(RedisArgument.string))
            }
        }
    }

    @Test("what an instance that died has committed is published by another one, without a word of anybody")
    func leftBehind() async throws {
        try await withFixture { fixture in
            let session = try await fixture.database.session()
            for name in ["a", "b", "c"] { try await fixture.create(name, session) }
            try await fixture.withPublisher { _ in
                let haveCome = try await eventually { try await fixture.names() == ["a", "b", "c"] }
                #expect(haveCome)
                let isForgotten = try await eventually { try await fixture.isEmpty() }
                #expect(isForgotten)
            }
        }
    }

    @Test("a change that is committed after later ones is not skipped")
    func lateCommit() async throws {
        try await withFixture { fixture in
            let (late, other) = (try await fixture.database.session(), try await fixture.database.session())
            try await fixture.withPublisher { publisher in
                try await late.execute("BEGIN")
                try await fixture.create("late", late)
                try await fixture.create("early", other)
                publisher.wake()
                let isEarlyThere = try await eventually { try await fixture.names() == ["early"] }
                #expect(isEarlyThere)
                let isForgotten = try await eventually { try await fixture.isEmpty() }
                #expect(isForgotten)
                try await late.execute("COMMIT")
                publisher.wake()
                let isLateThere = try await eventually { try await fixture.names() == ["early", "late"] }
                #expect(isLateThere)
            }
        }
    }

    @Test("what is undone is never told")
    func rolledBack() async throws {
        try await withFixture { fixture in
            let session = try await fixture.database.session()
            try await session.execute("BEGIN")
            try await fixture.create("undone", session)
            try await session.execute("ROLLBACK")
            try await fixture.create("done", session)
            try await fixture.withPublisher { _ in
                let haveCome = try await eventually { try await fixture.names() == ["done"] }
                #expect(haveCome)
            }
        }
    }

    @Test("three instances that publish at once keep each strategy's order, and tell everything once")
    func together() async throws {
        try await withFixture { fixture in
            let (strategies, changes) = (6, 60)
            try await fixture.withPublisher { first in
                try await fixture.withPublisher { second in
                    try await fixture.withPublisher { third in
                        try await withThrowingTaskGroup(of: Void.self) { tasks in
                            for index in 0..<strategies {
                                tasks.addTask {
                                    let session = try await fixture.database.session()
                                    let id = try await fixture.create("s\(index)", session)
                                    for change in 0..<changes {
                                        try await session.execute(
                                            "UPDATE trading_strategies SET version = version + 1 WHERE id = \(id)")
                                        [first, second, third][(index + change) % 3].wake()
                                    }
                                }
                            }
                            try await tasks.waitForAll()
                        }
                        let total = strategies * (changes + 1)
                        let areAllThere = try await eventually { try await fixture.published().count >= total }
                        #expect(areAllThere)
                    }
                }
            }
            let events = try await fixture.published()
            let byStrategy = Dictionary(grouping: events, by: \.strategy)
            #expect(byStrategy.count == strategies)
            for versions in byStrategy.values { #expect(versions.map(\.version) == Array(1...changes + 1)) }
            #expect(try await fixture.isEmpty())
        }
    }

    @Test("what a publisher has appended before it died is not told again, and what it has not is")
    func diedBetween() async throws {
        try await withFixture { fixture in
            let session = try await fixture.database.session()
            for name in ["a", "b"] { try await fixture.create(name, session) }
            let died = await #expect(throws: CancellationError.self) {
                try await fixture.withOutbox { outbox in
                    _ = try await outbox.publish { events in
                        let turn = try await fixture.redis.send(fixture.stream.take).integerValue ?? 0
                        _ = try await fixture.redis.evaluate(
                            EventStream.append, keys: fixture.stream.keys,
                            arguments: EventStream.arguments(events, turn: turn, retained: 100))
                        throw CancellationError()
                    }
                }
            }
            #expect(died != nil)
            #expect(try await fixture.names() == ["a", "b"])
            #expect(try await fixture.isEmpty() == false)
            try await fixture.create("c", session)
            try await fixture.withPublisher { _ in
                let isForgotten = try await eventually { try await fixture.isEmpty() }
                #expect(isForgotten)
            }
            #expect(try await fixture.names() == ["a", "b", "c"])
        }
    }

    @Test("one instance at a time publishes; a suspended one keeps others from it for some seconds at most")
    func suspended() async throws {
        try await withFixture { fixture in
            let session = try await fixture.database.session()
            try await fixture.create("a", session)
            try await fixture.withOutbox { outbox in
                let other = try await fixture.database.session(.strategies)
                // Holds the lock, as a process that was stopped in the middle of its transaction.
                try await other.execute(
                    """
                    BEGIN; SET LOCAL idle_in_transaction_session_timeout = 300;
                    SELECT pg_try_advisory_xact_lock(hashtext('cryptodesk.event_outbox'));
                    """)
                let refused = try await outbox.publish { _ in Issue.record("two at once") }
                #expect(refused == .isBusy)
                let goesOn = try await eventually {
                    try await outbox.publish { _ in } == .published(1, isMore: false)
                }
                #expect(goesOn)
            }
        }
    }

    @Test("what is committed while Redis is away waits as long as it takes, and comes in order when it is back")
    func redisAway() async throws {
        try await withFixture { fixture in
            let session = try await fixture.database.session()
            let client = RedisClient(
                configuration: try RedisUnderTest().configuration(),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
            try await fixture.withPublisher(redis: client) { publisher in
                for number in 0..<300 {
                    try await fixture.create("e\(number)", session)
                    publisher.wake()
                }
                #expect(try await fixture.names().isEmpty)
                let running = Task { try await client.run() }
                defer { running.cancel() }
                let haveCome = try await eventually { try await fixture.names().count == 300 }
                #expect(haveCome)
                #expect(try await fixture.names() == (0..<300).map { "e\($0)" })
            }
        }
    }

    @Test("a batch ends with many events, or with large ones, and says that there are more")
    func batches() async throws {
        try await withFixture { fixture in
            let owner = try await fixture.database.session()
            try await owner.execute(
                """
                INSERT INTO event_outbox (user_id, kind, data)
                SELECT 1, 'strategy.created', repeat('x', 100000) FROM generate_series(1, 5);
                INSERT INTO event_outbox (user_id, kind, data)
                SELECT 1, 'strategy.created', '{}' FROM generate_series(1, 200);
                """)
            try await fixture.withOutbox { outbox in
                var outcomes: [EventOutbox.Outcome] = []
                for _ in 0..<5 { outcomes.append(try await outbox.publish { _ in }) }
                #expect(
                    outcomes == [
                        .published(3, isMore: true), .published(128, isMore: true), .published(74, isMore: false),
                        .published(0, isMore: false), .published(0, isMore: false),
                    ])
            }
        }
    }
}
