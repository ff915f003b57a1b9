package import Postgres

/// Every statement of this service. Each filters by the caller's id first; row-level security does so again.
package enum Queries {
    package static let get = Statement(
        "strategies_get",
        "SELECT id, version, document FROM trading_strategies WHERE user_id = $1 AND id = $2")

    /// Whether a row is there at all, once a conditional change has found none.
    package static let exists = Statement(
        "strategies_exists", "SELECT 1 FROM trading_strategies WHERE user_id = $1 AND id = $2")

    package static let create = Statement(
        "strategies_create",
        """
        INSERT INTO trading_strategies (user_id, strategy_name, description, parameters, tags, status)
        VALUES ($1, $2, $3, $4::jsonb, $5::text[], $6)
        RETURNING id, version, document
        """)

    /// Replaces a version that is in `$8` where `$9` is true, one that is not where it is false.
    package static let replace = Statement(
        "strategies_replace",
        """
        UPDATE trading_strategies
        SET strategy_name = $3, description = $4, parameters = $5::jsonb, tags = $6::text[], status = $7,
            version = version + 1, updated_at = clock_timestamp()
        WHERE user_id = $1 AND id = $2 AND (version = ANY ($8::bigint[])) = $9::boolean
        RETURNING id, version, document
        """)

    package static let lock = Statement(
        "strategies_lock",
        "SELECT id, version, document FROM trading_strategies WHERE user_id = $1 AND id = $2 FOR UPDATE")

    /// `$3` and `$4` as `$8` and `$9` of ``replace``.
    package static let delete = Statement(
        "strategies_delete",
        """
        DELETE FROM trading_strategies
        WHERE user_id = $1 AND id = $2 AND (version = ANY ($3::bigint[])) = $4::boolean
        """)

    /// The statement of a list with its parameters in their order; one statement for each shape, prepared once.
    package static func list(_ query: StrategyListQuery, userID: Int) -> (Statement, [PostgresValue]) {
        let shape = ListShape(query)
        var parameters: [PostgresValue] = [.integer(userID), .integer(query.limit + 1)]
        if let status = query.status { parameters.append(.text(status)) }
        if let tag = query.tag { parameters.append(.text(tag)) }
        if let search = query.search { parameters.append(.text(LikePattern.containing(search))) }
        if let cursor = query.cursor { parameters += [.text(cursor.key), .integer(cursor.id)] }
        return (lists[shape.index], parameters)
    }

    private static let lists: [Statement] = ListShape.all.map(\.statement)
}
