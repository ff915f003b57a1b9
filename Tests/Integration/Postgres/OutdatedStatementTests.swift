import Postgres
import TestSupport
import Testing

@Suite("Prepared statements under a migration")
struct OutdatedStatementTests {
    private static let read = Statement("all_notes", "SELECT * FROM notes ORDER BY text")
    private static let insert = Statement("new_note", "INSERT INTO notes (text) VALUES ($1) RETURNING *")

    @Test("reads and writes go on over a table that has changed, and each write happens once")
    func changedTable() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let session = try await database.session()
            try await session.execute("CREATE TABLE notes (text text)")
            let client = try PostgresClientTests.client(database, connections: 2)
            try await withRunning(client) {
                let one = Statement("one", "SELECT 1")
                for round in 0..<3 {
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for number in 0..<20 {
                            tasks.addTask { _ = try await client.write(Self.insert, [.text("\(round) \(number)")]) }
                            tasks.addTask { _ = try await client.read(Self.read) }
                            tasks.addTask { _ = try await client.read(one) }
                        }
                        try await tasks.waitForAll()
                    }
                    #expect(try await client.read(Self.read).count == 20 * (round + 1))
                    #expect(try await client.read(Self.read).columnCount == round + 1)
                    try await session.execute("ALTER TABLE notes ADD COLUMN c\(round) int")
                }
            }
        }
    }

    @Test("a transaction with an outdated statement fails, and its next run does not")
    func transaction() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let session = try await database.session()
            try await session.execute("CREATE TABLE notes (text text)")
            let client = try PostgresClientTests.client(database, connections: 1)
            try await withRunning(client) {
                func insert() async throws {
                    try await client.transaction { try await $0.execute(Self.insert, ["a"]) }
                }
                try await insert()
                try await session.execute("ALTER TABLE notes ADD COLUMN more int")
                let error = await #expect(throws: PostgresError.self) { try await insert() }
                #expect(error?.sqlState == "0A000")
                try await insert()
                #expect(try await client.read(Self.read).count == 2)
            }
        }
    }
}
