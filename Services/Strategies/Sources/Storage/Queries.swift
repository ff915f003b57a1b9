package import Postgres

/// Every statement of this service. Each filters by the caller's id first; row-level security does so again.
///
/// Reads and writes begin with the revision's two columns, as `UserDatabase` wants them in the first row: a read from its
/// own snapshot, a write from `raise_revision`, which is called once the data's row is locked.
package enum Queries {
    package static let get = Statement(
        "strategies_get",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision, s.id, s.version, s.document
        FROM (SELECT) AS caller
        LEFT JOIN user_revisions r ON r.user_id = $1
        LEFT JOIN trading_strategies s ON s.user_id = $1 AND s.id = $2
        """)

    /// Whether a row is there at all, once a conditional change has found none.
    package static let exists = Statement(
        "strategies_exists",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision,
               EXISTS (SELECT FROM trading_strategies WHERE user_id = $1 AND id = $2)
        FROM (SELECT) AS caller
        LEFT JOIN user_revisions r ON r.user_id = $1
        """)

    package static let create = Statement(
        "strategies_create",
        """
        WITH changed AS (
            INSERT INTO trading_strategies (user_id, strategy_name, description, parameters, tags, status)
            VALUES ($1, $2, $3, $4::jsonb, $5::text[], $6)
            RETURNING user_id, id, version, document
        )
        SELECT r.epoch, r.revision, id, version, document FROM changed, raise_revision(user_id, $7, $8) AS r
        """)

    /// `$2`: a JSON array of objects with a draft's members. The third column has the ids, in the order of the rows.
    package static let createBatch = Statement(
        "strategies_create_batch",
        """
        WITH changed AS (
            INSERT INTO trading_strategies (user_id, strategy_name, description, parameters, tags, status)
            SELECT $1, strategy_name, description, parameters, tags, status
            FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS \(rowType))
                WITH ORDINALITY AS entry (strategy_name, description, parameters, tags, status, place)
            ORDER BY place
            RETURNING user_id, id
        ), created AS (
            SELECT min(user_id) AS user_id, string_agg(id::text, ',' ORDER BY id) AS ids FROM changed
        )
        SELECT r.epoch, r.revision, ids FROM created, raise_revision(user_id, $3, $4) AS r
        """)

    /// What a draft's members are in the table.
    static let rowType = "(strategy_name text, description text, parameters jsonb, tags text[], status text)"

    /// Replaces a version that is in `$8` where `$9` is true, one that is not where it is false.
    package static let replace = Statement(
        "strategies_replace",
        """
        WITH changed AS (
            UPDATE trading_strategies
            SET strategy_name = $3, description = $4, parameters = $5::jsonb, tags = $6::text[], status = $7,
                version = version + 1, updated_at = clock_timestamp()
            WHERE user_id = $1 AND id = $2 AND (version = ANY ($8::bigint[])) = $9::boolean
            RETURNING user_id, id, version, document
        )
        SELECT r.epoch, r.revision, id, version, document FROM changed, raise_revision(user_id, $10, $11) AS r
        """)

    /// Inside a transaction: what ``replace`` will find.
    package static let lock = Statement(
        "strategies_lock",
        "SELECT id, version, document FROM trading_strategies WHERE user_id = $1 AND id = $2 FOR UPDATE")

    /// `$3` and `$4` as `$8` and `$9` of ``replace``.
    package static let delete = Statement(
        "strategies_delete",
        """
        WITH changed AS (
            DELETE FROM trading_strategies
            WHERE user_id = $1 AND id = $2 AND (version = ANY ($3::bigint[])) = $4::boolean
            RETURNING user_id
        )
        SELECT r.epoch, r.revision FROM changed, raise_revision(user_id, $5, $6) AS r
        """)

    /// On behalf of the caller, who wants to see strategies of user `$1`.
    package static let recordAdministratorRead = Statement(
        "strategies_record_administrator_read",
        "SELECT record_administrator_read($1::bigint, $2, $3, $4::jsonb)")

    // MARK: Versions

    /// The newest first, below `$4`, one more than the page's size (`$3`); the revision's row holds a third value where
    /// the strategy is there.
    package static let versions = Statement(
        "strategies_versions",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision,
               (SELECT 'there' FROM trading_strategies WHERE user_id = $1 AND id = $2) AS document
        FROM (SELECT) AS caller LEFT JOIN user_revisions r ON r.user_id = $1
        UNION ALL (
            SELECT NULL, NULL, document FROM strategy_versions
            WHERE user_id = $1 AND strategy_id = $2 AND version < $4
            ORDER BY version DESC
            LIMIT $3
        )
        """)

    package static let version = Statement(
        "strategies_version",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision,
               v.strategy_id, v.version, v.document
        FROM (SELECT) AS caller
        LEFT JOIN user_revisions r ON r.user_id = $1
        LEFT JOIN strategy_versions v ON v.user_id = $1 AND v.strategy_id = $2 AND v.version = $3
        """)

    /// Makes version `$3` the newest one again; `$4` and `$5` as `$8` and `$9` of ``replace``.
    package static let restore = Statement(
        "strategies_restore",
        """
        WITH changed AS (
            UPDATE trading_strategies AS s
            SET strategy_name = v.members->>'strategy_name', description = v.members->>'description',
                parameters = v.members->'parameters', status = v.members->>'status',
                tags = ARRAY(SELECT jsonb_array_elements_text(v.members->'tags')),
                version = s.version + 1, updated_at = clock_timestamp()
            FROM (
                SELECT document::jsonb AS members FROM strategy_versions
                WHERE user_id = $1 AND strategy_id = $2 AND version = $3
            ) AS v
            WHERE s.user_id = $1 AND s.id = $2 AND (s.version = ANY ($4::bigint[])) = $5::boolean
            RETURNING s.user_id, s.id, s.version, s.document
        )
        SELECT r.epoch, r.revision, id, version, document FROM changed, raise_revision(user_id, $6, $7) AS r
        """)

    // MARK: Idempotency keys

    /// Inside a transaction: takes a key that is new or older than 24 hours, and lets some of the caller's old ones go.
    /// Whoever else takes the same key waits for the transaction's end.
    package static let claimKey = Statement(
        "strategies_claim_key",
        """
        WITH old AS (
            DELETE FROM idempotency_keys
            WHERE user_id = $1 AND key IN (
                SELECT key FROM idempotency_keys
                WHERE user_id = $1 AND created_at <= now() - interval '24 hours' AND key <> $2
                ORDER BY created_at
                LIMIT 100
                FOR UPDATE SKIP LOCKED
            )
        )
        INSERT INTO idempotency_keys AS k (user_id, key, fingerprint) VALUES ($1, $2, $3)
        ON CONFLICT (user_id, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, strategy_id = NULL, document = NULL, created_at = now()
            WHERE k.created_at <= now() - interval '24 hours'
        RETURNING true
        """)

    /// Inside that transaction: keeps the answer, which is strategy `$3` as it has just been created.
    package static let keepAnswer = Statement(
        "strategies_keep_answer",
        """
        UPDATE idempotency_keys AS k SET strategy_id = s.id, document = s.document
        FROM trading_strategies AS s
        WHERE k.user_id = $1 AND k.key = $2 AND s.user_id = $1 AND s.id = $3
        """)

    /// What was asked for under a key, and the answer.
    package static let firstAnswer = Statement(
        "strategies_first_answer",
        """
        SELECT coalesce(r.epoch, 0) AS epoch, coalesce(r.revision, 0) AS revision,
               k.fingerprint, k.strategy_id, 1 AS version, k.document
        FROM (SELECT) AS caller
        LEFT JOIN user_revisions r ON r.user_id = $1
        LEFT JOIN idempotency_keys k ON k.user_id = $1 AND k.key = $2
        """)

    // MARK: Catalogue

    /// Everything that is asked, and everything that changes something; ``lock``, ``claimKey`` and ``keepAnswer`` belong to
    /// a write.
    package static let reads: [Statement] = [get, exists, versions, version, firstAnswer] + lists
    package static let writes: [Statement] = [create, createBatch, replace, delete, restore]

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
