import Logging
import Postgres
import TestSupport
import Testing

@Suite("What became of a statement when PostgreSQL's answer is spoiled")
struct PostgresOutcomeTests {
    private static let insert = Statement("insert_note", "INSERT INTO notes VALUES ($1::int)")
    private static let read = Statement("read_notes", "SELECT repeat('x', 100000), count(*) FROM notes")

    /// A client that reaches a database with the table `notes` through a proxy, its statements prepared on each of its
    /// two connections.
    private static func with(
        _ body: @Sendable (PostgresClient, PostgresProxy, TestDatabase) async throws -> Void
    ) async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            try await database.session().execute(
                "CREATE TABLE notes (number int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
            let proxy = try await PostgresProxy()
            let client = try PostgresClient(
                configuration: PostgresConfiguration(
                    url: proxy.url(database), password: TestDatabase.password, maximumConnections: 1,
                    applicationName: "test"), logger: Logger(label: "test"))
            try await withRunning(client) {
                _ = try await client.read(read)
                // Last, because a write is answered with its sync: nothing of these two is under way any more.
                _ = try await client.write(insert, [0])
                try await body(client, proxy, database)
            }
            await proxy.close()
        }
    }

    private static func count(_ number: Int, _ database: TestDatabase) async throws -> Int? {
        try await database.session()
            .execute("SELECT count(*) FROM notes WHERE number = $1::int", [.integer(number)]).integer(0, 0)
    }

    private static func outcome(_ body: () async throws -> Void) async throws -> PostgresError.Code? {
        do {
            try await body()
            return nil
        } catch let error as PostgresError {
            return error.code
        }
    }

    private static let shutdown = PostgresProxy.report(
        "E", ["S": "FATAL", "V": "FATAL", "C": "57P01", "M": "terminating connection due to administrator command"])

    static let endsAfterResult: [PostgresProxy.Fault] = [.cutBefore, .cutInside, .end(with: shutdown)]

    @Test("a write is a success only once its sync is answered", arguments: endsAfterResult.indices)
    func endAfterResult(fault: Int) async throws {
        try await Self.with { client, proxy, _ in
            proxy.spoil("Z", Self.endsAfterResult[fault])
            let outcome = try await Self.outcome { _ = try await client.write(Self.insert, [1]) }
            #expect(outcome == .outcomeUnknown)
            #expect(try await client.read(Self.read).count == 1)
        }
    }

    @Test("a write whose own result is cut may have been executed", arguments: [true, false])
    func cutResult(inside: Bool) async throws {
        try await Self.with { client, proxy, _ in
            proxy.spoil("C", inside ? .cutInside : .cutBefore)
            let outcome = try await Self.outcome { _ = try await client.write(Self.insert, [1]) }
            #expect(outcome == .outcomeUnknown)
        }
    }

    @Test("an answer that makes no sense is a lost connection: a read is asked again, a write's outcome unknown")
    func nonsense() async throws {
        try await Self.with { client, proxy, _ in
            // A length shorter than itself: libpq gives up, with an error of its own.
            let nonsense: [UInt8] = [UInt8(ascii: "D"), 0, 0, 0, 1]
            proxy.spoil("D", .precede(with: nonsense))
            #expect(try await client.read(Self.read).integer(0, 1) == 1)
            proxy.spoil("C", .precede(with: nonsense))
            let outcome = try await Self.outcome { _ = try await client.write(Self.insert, [1]) }
            #expect(outcome == .outcomeUnknown)
        }
    }

    @Test("a read that is cut in the middle of a row is asked again")
    func cutRead() async throws {
        try await Self.with { client, proxy, _ in
            proxy.spoil("D", .cutInside)
            let rows = try await client.read(Self.read)
            #expect(rows.integer(0, 1) == 1 && rows.text(0, 0)?.count == 100_000)
        }
    }

    @Test("a constraint that is checked at the commit refuses the write, and nothing else")
    func deferredConstraint() async throws {
        try await Self.with { client, _, database in
            try await withThrowingTaskGroup(of: (Int, PostgresError?).self) { tasks in
                for number in 0..<5 {
                    tasks.addTask {
                        do {
                            _ = try await client.write(Self.insert, [.integer(number)])
                            return (number, nil)
                        } catch let error as PostgresError {
                            return (number, error)
                        }
                    }
                }
                for try await (number, error) in tasks {
                    #expect(error?.sqlState == (number == 0 ? "23505" : nil))
                }
            }
            #expect(try await client.read(Self.read).integer(0, 1) == 5)
            #expect(try await Self.count(0, database) == 1)
        }
    }

    @Test("a commit that was not waited for on the replica is no success")
    func unreplicated() async throws {
        let warning = PostgresProxy.report(
            "N",
            [
                "S": "ATTENTION", "V": "WARNING", "C": "01000", "M": "l'attente de la réplication est annulée",
                "R": "SyncRepWaitForLSN",
            ])
        try await Self.with { client, proxy, database in
            proxy.spoil("Z", .precede(with: warning))
            let write = try await Self.outcome { _ = try await client.write(Self.insert, [1]) }
            #expect(write == .outcomeUnknown)
            #expect(try await Self.count(1, database) == 1)
            proxy.spoil("C", holding: "COMMIT", .precede(with: warning))
            let transaction = try await Self.outcome {
                _ = try await client.transaction { try await $0.execute(Self.insert, [2]) }
            }
            #expect(transaction == .outcomeUnknown)
            // What comes next is its own again.
            _ = try await client.write(Self.insert, [3])
            #expect(try await Self.count(3, database) == 1)
        }
    }
}
