import Logging
import Postgres
import TestSupport
import Testing

@Suite("PostgreSQL through the reactor")
struct PostgresClientTests {
    static func client(_ database: TestDatabase, _ role: TestDatabase.Role = .owner, connections: Int = 2) throws
        -> PostgresClient
    {
        try PostgresClient(
            configuration: PostgresConfiguration(
                url: database.url(role), password: TestDatabase.password, maximumConnections: connections,
                applicationName: "test"),
            logger: Logger(label: "test"))
    }

    private static let echo = Statement("echo", "SELECT $1::text, $2::bigint, $3::boolean, $4::bytea, $5::text")

    @Test("values of every type come back as they were sent")
    func values() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try Self.client(database)
            try await withRunning(client) {
                let bytes: [UInt8] = Array(0...255)
                let rows = try await client.read(Self.echo, ["é \" ' \\ \n", -42, true, .bytes(bytes), nil])
                #expect(rows.text(0, 0) == "é \" ' \\ \n")
                #expect(rows.integer(0, 1) == -42)
                #expect(rows.boolean(0, 2) == true)
                #expect(rows.bytes(0, 3) == bytes)
                #expect(rows.isNull(0, 4) && rows.text(9, 9) == nil)
            }
        }
    }

    @Test("a thousand concurrent reads each get their own answer")
    func concurrentReads() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try Self.client(database, connections: 3)
            try await withRunning(client) {
                let square = Statement("square", "SELECT $1::bigint * $1::bigint")
                let wrong = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    for number in 0..<1000 {
                        tasks.addTask {
                            try await client.read(square, [.integer(number)]).integer(0, 0) == number * number
                        }
                    }
                    return try await tasks.reduce(0) { $0 + ($1 ? 0 : 1) }
                }
                #expect(wrong == 0)
            }
        }
    }

    @Test("a read that fails does not fail the reads it went out with")
    func failingNeighbour() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try Self.client(database, connections: 1)
            try await withRunning(client) {
                let divide = Statement("divide", "SELECT 100 / $1::bigint")
                let outcomes = await withTaskGroup(of: (Int, Result<Int?, PostgresError>).self) { tasks in
                    for number in 0..<50 {
                        tasks.addTask {
                            do throws(PostgresError) {
                                return (
                                    number,
                                    .success(try await client.read(divide, [.integer(number % 5)]).integer(0, 0))
                                )
                            } catch {
                                return (number, .failure(error))
                            }
                        }
                    }
                    return await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                for (number, outcome) in outcomes {
                    switch outcome {
                    case .success(let value): #expect(number % 5 != 0 && value == 100 / (number % 5))
                    case .failure(let error): #expect(number % 5 == 0 && error.sqlState == "22012")
                    }
                }
                #expect(outcomes.count == 50)
            }
        }
    }

    @Test("a statement that cannot be prepared says why, and works once it can")
    func preparedLater() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try Self.client(database, connections: 1)
            try await withRunning(client) {
                let count = Statement("count_late", "SELECT count(*) FROM late")
                for _ in 0..<2 {
                    let error = await #expect(throws: PostgresError.self) { try await client.read(count) }
                    #expect(error?.sqlState == "42P01")
                }
                try await database.session().execute("CREATE TABLE late ()")
                #expect(try await client.read(count).integer(0, 0) == 0)
            }
        }
    }

    @Test("a transaction that throws leaves nothing, one that returns leaves all")
    func transactions() async throws {
        struct Changed: Error {}
        try await TestDatabase.with(isMigrated: false) { database in
            try await database.session().execute("CREATE TABLE notes (text text UNIQUE)")
            let client = try Self.client(database, connections: 2)
            let insert = Statement("insert_note", "INSERT INTO notes VALUES ($1)")
            let count = Statement("count_notes", "SELECT count(*) FROM notes")
            try await withRunning(client) {
                await #expect(throws: Changed.self) {
                    try await client.transaction { transaction in
                        try await transaction.execute(insert, ["one"])
                        throw Changed()
                    }
                }
                #expect(try await client.read(count).integer(0, 0) == 0)
                try await client.transaction { transaction in
                    try await transaction.execute(insert, ["one"])
                    try await transaction.execute(insert, ["two"])
                }
                #expect(try await client.read(count).integer(0, 0) == 2)
                // A swallowed error: PostgreSQL answers COMMIT with ROLLBACK, which must not pass for success.
                await #expect(throws: PostgresError.self) {
                    try await client.transaction { transaction in
                        try await transaction.execute(insert, ["three"])
                        _ = try? await transaction.execute(insert, ["one"])
                    }
                }
                #expect(try await client.read(count).integer(0, 0) == 2)
            }
        }
    }

    @Test("more transactions than connections all have their turn, and reads go on beside them")
    func manyTransactions() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            try await database.session().execute("CREATE TABLE counter AS SELECT 0 AS value")
            let client = try Self.client(database, connections: 3)
            let lock = Statement("lock_counter", "SELECT value FROM counter FOR UPDATE")
            let set = Statement("set_counter", "UPDATE counter SET value = $1::int")
            let read = Statement("read_counter", "SELECT value FROM counter")
            try await withRunning(client) {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    for _ in 0..<40 {
                        tasks.addTask {
                            try await client.transaction { transaction in
                                let value = try await transaction.execute(lock).integer(0, 0) ?? 0
                                try await transaction.execute(set, [.integer(value + 1)])
                            }
                        }
                        tasks.addTask { _ = try await client.read(read) }
                    }
                    try await tasks.waitForAll()
                }
                #expect(try await client.read(read).integer(0, 0) == 40)
            }
        }
    }

    @Test("a parameter with a NUL character is refused before it is sent")
    func nulCharacter() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let client = try Self.client(database)
            try await withRunning(client) {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.read(Self.echo, ["a\u{0}b", 1, true, nil, nil])
                }
                #expect(error?.code == .invalidParameter)
            }
        }
    }
}
