import Logging
import Postgres
import TestSupport
import Testing

@Suite("PostgreSQL when something fails")
struct PostgresFaultTests {
    private static let one = Statement("one", "SELECT 1")

    @Test("connections that the server ends are dialled again, and reads do not notice")
    func reconnect() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try PostgresClientTests.client(database, connections: 3)
            try await withRunning(client) {
                _ = try await client.read(Self.one)
                let session = try await database.session()
                for _ in 0..<5 {
                    try await session.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test'"
                    )
                    #expect(
                        try await eventually {
                            (try? await client.read(Self.one).integer(0, 0)) == 1
                        })
                }
            }
        }
    }

    /// Ends the connection on which `SELECT 7` runs, once it runs.
    private static func cutOff(_ database: TestDatabase) async throws {
        let session = try await database.session()
        let cut = try await eventually {
            try await session.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE query LIKE '%SELECT 7%' AND pid <> pg_backend_pid() AND state = 'active' AND datname = current_database()
                """
            ).count == 1
        }
        #expect(cut)
    }

    private static let slow = Statement("slow", "SELECT 7 FROM pg_sleep(1)")

    @Test("a write that the server itself cut off was not executed, and is sent once more")
    func cutOffWrite() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            try await database.session().execute("CREATE TABLE notes (text text)")
            let client = try PostgresClientTests.client(database, connections: 2)
            let write = Statement(
                "slow_write", "WITH slow AS (SELECT 7 FROM pg_sleep(1)) INSERT INTO notes SELECT 'a' FROM slow")
            try await withRunning(client) {
                async let first = client.write(write)
                try await Self.cutOff(database)
                #expect(try await first.affected == 1)
                #expect(try await client.read(Statement("notes", "SELECT FROM notes")).count == 1)
                // Cut off both times, it is not tried a third time, and known not to have been executed.
                async let second = client.write(write)
                try await Self.cutOff(database)
                try await Self.cutOff(database)
                do {
                    _ = try await second
                    Issue.record("the write was answered")
                } catch let error as PostgresError {
                    #expect(error.code == .unavailable)
                }
                #expect(try await client.read(Statement("notes", "SELECT FROM notes")).count == 1)
            }
        }
    }

    @Test("a read whose connection is lost while it runs is asked again on another")
    func lostRead() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try PostgresClientTests.client(database, connections: 2)
            try await withRunning(client) {
                async let read = client.read(Self.slow)
                try await Self.cutOff(database)
                #expect(try await read.integer(0, 0) == 7)
            }
        }
    }

    @Test("a statement that takes too long is ended by the server")
    func statementTimeout() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try PostgresClient(
                configuration: PostgresConfiguration(
                    url: database.url(.owner), password: TestDatabase.password, statementTimeout: .milliseconds(200),
                    applicationName: "test"), logger: Logger(label: "test"))
            try await withRunning(client) {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.write(Statement("sleep", "SELECT pg_sleep(5)"))
                }
                #expect(error?.sqlState == "57014")
            }
        }
    }

    @Test("without a server statements fail soon, and the client stops all the same")
    func unreachable() async throws {
        let client = try PostgresClient(
            configuration: PostgresConfiguration(
                url: "postgresql://nobody@127.0.0.1:1/nothing", applicationName: "test"), logger: Logger(label: "test"))
        try await withRunning(client) {
            let error = await #expect(throws: PostgresError.self) { try await client.read(Self.one) }
            #expect(error?.code == .unavailable)
            #expect(!client.isReady)
        }
    }

    @Test("a cancelled task gets its answer at once")
    func cancellation() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try PostgresClientTests.client(database)
            try await withRunning(client) {
                let task = Task { try await client.read(Statement("sleep", "SELECT pg_sleep(4)")) }
                try await Task.sleep(for: .milliseconds(50))
                task.cancel()
                let outcome = await task.result
                #expect(throws: PostgresError(.cancelled, "the task was cancelled")) { try outcome.get() }
            }
        }
    }
}
