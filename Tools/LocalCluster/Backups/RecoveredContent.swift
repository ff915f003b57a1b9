import Postgres

/// What is in a database that has just been recovered, and what it is given before it is used.
struct RecoveredContent: Sendable {
    /// How long the longest-lived access token may still be good.
    private static let longestTokenLife = "interval '1 day'"

    /// Makes a libpq URI of the superuser's for a database.
    let url: @Sendable (_ database: String) -> String
    let password: String

    private func execute(_ script: String) async throws -> PostgresRows {
        do {
            return try await PostgresSession.connect(url: url(DatabaseRole.database), password: password)
                .execute(script)
        } catch let error as PostgresError {
            throw ClusterError("The restored database cannot be asked (\(error)).")
        }
    }

    func newestEpoch() async throws -> Int? {
        try await execute("select max(epoch) from primary_epochs").integer(0, 0)
    }

    /// Rows by table. Counting reads every page of the tables, and with it the pages' checksums.
    func rows() async throws -> [String: Int] {
        let tables = try await execute(
            "select relname, format('%I', relname) from pg_class "
                + "where relnamespace = 'public'::regnamespace and relkind = 'r'")
        var rows: [String: Int] = [:]
        for row in 0..<tables.count {
            guard let name = tables.text(row, 0), let quoted = tables.text(row, 1) else { continue }
            rows[name] = try await execute("select count(*) from public.\(quoted)").integer(0, 0)
        }
        return rows
    }

    /// As RFC 3339; `nil` when recovery has replayed none.
    func lastCommit() async throws -> String? {
        try await execute(
            #"select to_char(pg_last_xact_replay_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#
        ).text(0, 0)
    }

    /// Begins an epoch, so that clients who have seen later changes are told that these are lost, and ends all sessions:
    /// those that were ended after this moment would be alive again.
    func begin(epoch: Int, as server: PostgresServer) async throws {
        _ = try await execute(
            """
            insert into primary_epochs (epoch, server) values (\(epoch), '\(server.name)');
            select revoke_everything(\(Self.longestTokenLife));
            """)
    }
}
