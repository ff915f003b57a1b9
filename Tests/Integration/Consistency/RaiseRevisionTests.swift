import Postgres
import TestSupport
import Testing

@Suite("raise_revision, over a real database")
struct RaiseRevisionTests {
    private static let raise = "SELECT epoch, revision FROM raise_revision($1, $2, $3)"
    private static let promote =
        "INSERT INTO primary_epochs (epoch, server) SELECT max(epoch) + 1, 'next' FROM primary_epochs"

    /// - Parameter body: gets a session of Auth's role, which may raise anybody's, one of the owner's, and a user.
    private static func withUser(
        _ body: (TestDatabase, _ auth: PostgresSession, _ owner: PostgresSession, _ user: Int) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let owner = try await database.session()
            let rows = try await owner.execute(
                "INSERT INTO users (email, full_name, password_hash) VALUES ('a@x', 'A', 'x'), ('b@x', 'B', 'x') RETURNING id"
            )
            try await body(
                database, try await database.session(.auth), owner, try #require(rows.integer(0, 0)))
        }
    }

    private static func revision(_ rows: PostgresRows) throws -> Revision { try RevisedRows(rows).revision }

    @Test("raises by one in the newest epoch, and keeps from where each epoch began")
    func epochs() async throws {
        try await Self.withUser { _, auth, owner, user in
            func raise() async throws -> Revision {
                try Self.revision(try await auth.execute(Self.raise, [.integer(user), .null, .null]))
            }
            #expect(try await raise() == Revision(epoch: 1, number: 1))
            #expect(try await raise() == Revision(epoch: 1, number: 2))
            try await owner.execute(Self.promote)
            try await owner.execute(Self.promote)
            #expect(try await raise() == Revision(epoch: 3, number: 3))
            #expect(try await raise() == Revision(epoch: 3, number: 4))
            let bases = try await owner.execute("SELECT epoch, base FROM user_revision_epochs ORDER BY epoch")
            #expect((0..<bases.count).map { [bases.integer($0, 0), bases.integer($0, 1)] } == [[1, 0], [3, 2]])
            try await owner.execute("DELETE FROM users WHERE id = \(user)")
            #expect(try await owner.execute("SELECT 1 FROM user_revisions").isEmpty)
            #expect(try await owner.execute("SELECT 1 FROM user_revision_epochs").isEmpty)
        }
    }

    @Test("of many writers at once each gets a number of its own, without gaps")
    func concurrency() async throws {
        try await Self.withUser { database, _, _, user in
            let numbers = try await withThrowingTaskGroup(of: [Int].self) { tasks in
                for _ in 0..<6 {
                    tasks.addTask {
                        let session = try await database.session(.auth)
                        var numbers: [Int] = []
                        for _ in 0..<20 {
                            let rows = try await session.execute(Self.raise, [.integer(user), .null, .null])
                            numbers.append(rows.integer(0, 1) ?? 0)
                        }
                        #expect(numbers == numbers.sorted())
                        return numbers
                    }
                }
                return try await tasks.reduce(into: []) { $0 += $1 }
            }
            #expect(numbers.sorted() == Array(1...120))
        }
    }

    struct Refusal: Sendable, CustomStringConvertible {
        /// What the writer was told.
        let told: (epoch: Int, number: Int)
        /// `nil` where the write is made.
        let state: String?

        var description: String { "told \(told)" }
    }

    /// The user stands at (2, 7): three writes in epoch 1, and from there on in epoch 2.
    static let refusals: [Refusal] = [
        Refusal(told: (0, 0), state: nil), Refusal(told: (1, 3), state: nil), Refusal(told: (2, 7), state: nil),
        Refusal(told: (2, 4), state: nil),
        // Above the base of the newer epoch, below and above what it has grown to.
        Refusal(told: (1, 4), state: "CD001"), Refusal(told: (1, 9), state: "CD001"),
        Refusal(told: (2, 8), state: "CD001"),
        Refusal(told: (3, 1), state: "CD002"),
    ]

    @Test("refuses a writer who has seen what is not there, and writes nothing", arguments: refusals)
    func minimum(refusal: Refusal) async throws {
        try await Self.withUser { _, auth, owner, user in
            let nothing: [PostgresValue] = [.integer(user), .null, .null]
            for _ in 0..<3 { try await auth.execute(Self.raise, nothing) }
            try await owner.execute(Self.promote)
            for _ in 0..<4 { try await auth.execute(Self.raise, nothing) }
            let told: [PostgresValue] = [.integer(user), .integer(refusal.told.epoch), .integer(refusal.told.number)]
            do {
                let rows = try await auth.execute(Self.raise, told)
                #expect(refusal.state == nil && rows.integer(0, 1) == 8)
            } catch let error as PostgresError {
                #expect(error.sqlState == refusal.state)
            }
            let number = try await owner.execute("SELECT revision FROM user_revisions").integer(0, 0)
            #expect(number == (refusal.state == nil ? 8 : 7))
        }
    }

    @Test("a first write is refused as well where the writer had been told of one")
    func everythingLost() async throws {
        try await Self.withUser { _, auth, _, user in
            let error = await #expect(throws: PostgresError.self) {
                try await auth.execute(Self.raise, [.integer(user), .integer(1), .integer(1)])
            }
            #expect(error?.sqlState == "CD001")
        }
    }

    @Test("the strategies' role raises and sees its caller's revision alone")
    func isolation() async throws {
        try await Self.withUser { database, auth, owner, user in
            let strategies = try await database.session(.strategies)
            try await auth.execute(Self.raise, [.integer(user + 1), .null, .null])
            for caller in ["", String(user)] {
                try await strategies.execute("SET cryptodesk.user_id = '\(caller)'")
                let error = await #expect(throws: PostgresError.self) {
                    try await strategies.execute(Self.raise, [.integer(user + 1), .null, .null])
                }
                #expect(error?.sqlState == "42501")
            }
            #expect(try await strategies.execute(Self.raise, [.integer(user), .null, .null]).integer(0, 1) == 1)
            for table in ["user_revisions", "user_revision_epochs"] {
                let seen = try await strategies.execute("SELECT DISTINCT user_id FROM \(table)")
                #expect(seen.count == 1 && seen.integer(0, 0) == user)
            }
            let all = try await owner.execute("SELECT user_id, revision FROM user_revisions ORDER BY 1")
            #expect(all.count == 2 && all.integer(1, 1) == 1)
        }
    }

    @Test("a caller's own tables are not taken for the real ones")
    func searchPath() async throws {
        try await Self.withUser { _, auth, owner, user in
            try await auth.execute(
                """
                CREATE TEMP TABLE primary_epochs (epoch bigint, server text);
                INSERT INTO pg_temp.primary_epochs VALUES (99, '');
                CREATE TEMP TABLE user_revisions (user_id bigint PRIMARY KEY, epoch bigint, revision bigint);
                SET search_path = pg_temp, public;
                """)
            let rows = try await auth.execute(Self.raise, [.integer(user), .null, .null])
            #expect(try Self.revision(rows) == Revision(epoch: 1, number: 1))
            #expect(try await owner.execute("SELECT 1 FROM user_revisions").count == 1)
        }
    }
}
