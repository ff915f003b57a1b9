import Postgres

/// Many accounts with strategies, made at once in a local cluster's database: for load tests, never in a deployment.
package struct PreparedUsers: Sendable {
    /// One of them, as an access token names it.
    package struct User: Sendable {
        package let id: Int
        package let email: String
        package let epoch: Int
    }

    package static let password = "Load-Password-1"

    private let count: Int
    private let strategies: Int

    /// - Parameter strategies: of each user.
    package init(count: Int, strategies: Int) {
        self.count = count
        self.strategies = strategies
    }

    private static let domain = "load.example.com"

    /// SQL for the superuser, whom row-level security does not stop; adds what is missing.
    func sql(passwordHash: String) -> String {
        """
        begin;

        insert into users (email, full_name, password_hash)
        select 'user-' || n || '@\(Self.domain)', 'Load User ' || n, '\(passwordHash)' from generate_series(1, \(count)) as n
        on conflict (lower(email)) do nothing;

        insert into trading_strategies
            (user_id, strategy_name, description, parameters, tags, status, created_at, updated_at)
        select owner.id, 'Strategy ' || n, 'Follows a trend, and stands aside when there is none.',
            jsonb_build_object('symbol', 'BTC-USD', 'window', 10 + n, 'risk', 0.01), array['trend', 'btc'], 'active',
            timestamptz '2026-01-01 09:30:00.000001Z' + n * interval '1 hour',
            timestamptz '2026-01-01 09:30:00.000001Z' + n * interval '1 hour'
        from (
            select id, (select count(*) from trading_strategies s where s.user_id = users.id) as present
            from users where email like 'user-%@\(Self.domain)'
        ) as owner, generate_series(owner.present + 1, \(strategies)) as n;

        select raise_revision(id, null, null) from users where email like 'user-%@\(Self.domain)';

        commit;
        analyze trading_strategies, users, user_revisions;
        """
    }

    var query: String {
        """
        select id, email, token_epoch from users where email like 'user-%@\(Self.domain)' order by id limit \(count)
        """
    }
}

extension ClusterDatabase {
    /// Makes the accounts that are missing; their password is ``PreparedUsers/password``, hashed at `cost`.
    package func prepare(_ users: PreparedUsers, cost: Int) async throws -> [PreparedUsers.User] {
        try await content(as: .superuser).prepare(users, cost: cost)
    }
}

extension DatabaseContent {
    fileprivate func prepare(_ users: PreparedUsers, cost: Int) async throws -> [PreparedUsers.User] {
        do {
            let session = try await session()
            let hash = try PasswordHash.bcrypt(PreparedUsers.password, cost: UInt(cost))
            try await session.execute(users.sql(passwordHash: hash))
            let rows = try await session.execute(users.query)
            return (0..<rows.count).compactMap { row in
                guard let id = rows.integer(row, 0), let email = rows.text(row, 1), let epoch = rows.integer(row, 2)
                else { return nil }
                return PreparedUsers.User(id: id, email: email, epoch: epoch)
            }
        } catch let error as PostgresError {
            throw failure("The users of the load test could not be prepared", error)
        }
    }
}
