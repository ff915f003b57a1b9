import Postgres

/// Users with strategies in numbers, for a benchmark of a large database: made by SQL alone, in an empty one.
///
/// The users' ids are 1, 2, 3 and so on, and the strategies of user u those from (u - 1) · n + 1 to u · n.
package struct ManyUsers: Sendable {
    private let strategies: Int

    /// Rows that others make get ids from here on.
    private static let firstOtherID = 1_000_000_000_000
    /// So many users a transaction.
    private static let step = 10_000

    /// - Parameter strategies: of each user.
    package init(strategies: Int) { self.strategies = strategies }

    /// The steps in which the users of a range are made.
    static func steps(_ users: ClosedRange<Int>) -> [ClosedRange<Int>] {
        stride(from: users.lowerBound, through: users.upperBound, by: step).map { first in
            first...min(first + step - 1, users.upperBound)
        }
    }

    /// SQL for the superuser: without triggers and references, whose work it does itself. The documents are as
    /// `render_strategy_document` makes them.
    func sql(_ users: ClosedRange<Int>) -> String {
        """
        begin;
        set local session_replication_role = replica;
        set local synchronous_commit = off;

        insert into users (id, email, full_name, password_hash) overriding system value
        select u, 'user-' || u || '@large.example.com', 'Large User ' || u, '!'
        from generate_series(\(users.lowerBound), \(users.upperBound)) as u;
        insert into user_revisions select u, 1, \(strategies) from generate_series(\(users.lowerBound), \(users.upperBound)) as u;
        insert into user_revision_epochs select u, 1, 0 from generate_series(\(users.lowerBound), \(users.upperBound)) as u;

        with strategy as (
            select u as user_id, (u - 1)::bigint * \(strategies) + n as id, 'Strategy ' || n || ' of ' || u as name,
                jsonb_build_object('symbol', 'BTC-USD', 'window', 10 + n, 'risk', 0.01) as parameters,
                array['trend', 'btc'] as tags,
                timestamptz '2026-01-01 09:30:00.000001Z' + (u % 100000) * interval '1 minute' + n * interval '1 second' as at
            from generate_series(\(users.lowerBound), \(users.upperBound)) as u, generate_series(1, \(strategies)) as n
        ), stored as (
            insert into trading_strategies
                (user_id, id, strategy_name, description, parameters, tags, status, created_at, updated_at, document)
            overriding system value
            select user_id, id, name, 'Follows a trend.', parameters, tags, 'active', at, at,
                concat('{"id":', id, ',"user_id":', user_id, ',"strategy_name":', to_json(name),
                    ',"description":"Follows a trend.","parameters":', parameters, ',"tags":', to_json(tags),
                    ',"status":"active","version":1,"created_at":"', api_timestamp(at), '","updated_at":"',
                    api_timestamp(at), '"}')
            from strategy
            returning user_id, id, version, document
        )
        insert into strategy_versions (user_id, strategy_id, version, document) select * from stored;
        commit;
        """
    }

    static let finish = """
        select setval(pg_get_serial_sequence('users', 'id'), \(firstOtherID)),
            setval(pg_get_serial_sequence('trading_strategies', 'id'), \(firstOtherID));
        vacuum analyze users, user_revisions, trading_strategies, strategy_versions;
        checkpoint;
        """
}

extension ClusterDatabase {
    /// Makes users, and says so after each step.
    package func make(
        _ many: ManyUsers, _ users: ClosedRange<Int>, progress: (_ made: Int) -> Void
    ) async throws {
        let content = content(as: .superuser)
        do {
            let session = try await content.session()
            for step in ManyUsers.steps(users) {
                try await session.execute(many.sql(step))
                progress(step.upperBound)
            }
            for statement in ManyUsers.finish.split(separator: ";\n").map(String.init) {
                try await session.execute(statement)
            }
        } catch let error as PostgresError {
            throw content.failure("The users of the benchmark could not be made", error)
        }
    }
}
