import Logging
import Postgres
import TestSupport

/// A test's own database on a primary with replicas, and rows whose revision is raised with them.
struct ReplicatedDatabase: Sendable {
    /// Raises a counter and, in the same transaction, its revision, which it returns.
    static let write = Statement(
        "test_write",
        """
        WITH raised AS (
            UPDATE counters SET value = value + 1 WHERE id = $1::bigint
        )
        UPDATE counter_revisions SET epoch = (SELECT max(epoch) FROM primary_epochs), number = number + 1
        WHERE id = $1::bigint RETURNING epoch, number
        """)
    /// The revision, and the counter's value, which is the same as its number.
    static let read = Statement(
        "test_read",
        "SELECT r.epoch, r.number, c.value FROM counter_revisions r JOIN counters c USING (id) WHERE id = $1::bigint")

    let database: TestDatabase
    /// The test's own servers.
    let replicas: [PostgresCopy]

    /// Runs a test on the server that all tests share, with replicas of its own of these names.
    static func with<R: Sendable>(
        replicas names: [String], _ body: @Sendable (ReplicatedDatabase) async throws -> R
    ) async throws -> R {
        try await TestDatabase.with { database in
            try await database.session().execute(
                """
                CREATE TABLE counters (id bigint PRIMARY KEY, value bigint NOT NULL DEFAULT 0);
                CREATE TABLE counter_revisions (
                    id bigint PRIMARY KEY, epoch bigint NOT NULL DEFAULT 1, number bigint NOT NULL DEFAULT 0
                );
                INSERT INTO counters SELECT generate_series(1, 100);
                INSERT INTO counter_revisions SELECT generate_series(1, 100);
                GRANT SELECT, UPDATE ON counters, counter_revisions TO cryptodesk_strategies;
                """)
            return try await withReplicas(names[...], []) { replicas in
                try await body(ReplicatedDatabase(database: database, replicas: replicas))
            }
        }
    }

    /// The same on a primary of the test's own, of epoch 2, so that the test may stop it too.
    static func withOwnPrimary<R: Sendable>(
        _ name: String, replicas names: [String],
        _ body: @Sendable (_ primary: PostgresCopy, _ test: ReplicatedDatabase) async throws -> R
    ) async throws -> R {
        try await with(replicas: [name]) { test in
            let primary = test.replicas[0]
            try await primary.promote(test.database, epoch: 2)
            return try await withReplicas(names[...], [], of: primary) { replicas in
                try await body(primary, ReplicatedDatabase(database: test.database, replicas: [primary] + replicas))
            }
        }
    }

    private static func withReplicas<R: Sendable>(
        _ names: ArraySlice<String>, _ started: [PostgresCopy], of source: PostgresCopy? = nil,
        _ body: @Sendable ([PostgresCopy]) async throws -> R
    ) async throws -> R {
        guard let name = names.first else { return try await body(started) }
        return try await PostgresCopy.with(name, of: source) { copy in
            try await withReplicas(names.dropFirst(), started + [copy], of: source, body)
        }
    }

    /// A client of the primary, unless it is left out, and of the replicas.
    func cluster(
        withPrimary: Bool = true, routing: ReadRoutingOptions = ReadRoutingOptions(),
        statementTimeout: Duration = .seconds(5), deadline: Duration = .seconds(6)
    ) throws -> PostgresCluster {
        let primary = withPrimary ? [try database.url(.strategies)] : []
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return try PostgresCluster(
            configurations: (primary + replicas.map { $0.url(.strategies, database) }).map { url in
                try PostgresConfiguration(
                    url: url, password: TestDatabase.password, maximumConnections: 3,
                    statementTimeout: statementTimeout, deadline: deadline,
                    applicationName: "test")
            },
            routing: routing, logger: logger)
    }
}

extension PostgresCluster {
    struct NotInTime: Error {
        let status: PostgresClusterStatus
    }

    /// Waits until so many replicas are in rotation, and writes can be made.
    func waitForReplicas(_ count: Int) async throws {
        let isSo = try await eventually {
            status.replicas.count { $0.isInRotation } == count && isPrimaryReady
        }
        guard isSo else { throw NotInTime(status: status) }
    }

    /// Raises a counter; the revision that this made.
    func raise(_ counter: Int = 1) async throws -> Revision {
        let rows = try await write(ReplicatedDatabase.write, [.integer(counter)])
        return Revision(epoch: rows.integer(0, 0) ?? 0, number: rows.integer(0, 1) ?? 0)
    }

    /// A counter's revision as some server shows it.
    func revision(_ counter: Int = 1, _ requirement: ReadRequirement = .none) async throws -> Revision {
        try await read(ReplicatedDatabase.read, [.integer(counter)], requirement: requirement).revision
    }
}
