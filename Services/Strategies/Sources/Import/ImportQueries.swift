import Postgres

/// The statements of an import that is all or nothing: batches are put aside as they come, and created together.
enum ImportQueries {
    /// `$4`: the rows, a JSON array of objects with a draft's members.
    static let stage = Statement(
        "strategies_stage_batch",
        "INSERT INTO import_batches (user_id, import, number, entries) VALUES ($1, $2, $3, $4)")

    /// Inside a transaction, before ``createStaged``.
    static let raise = Statement(
        "strategies_raise_revision", "SELECT r.epoch, r.revision FROM raise_revision($1::bigint, $2, $3) AS r")

    /// Inside a transaction: creates batch `$3`; the ids, in the order of the rows.
    static let createStaged = Statement(
        "strategies_create_staged",
        """
        WITH changed AS (
            INSERT INTO trading_strategies (user_id, strategy_name, description, parameters, tags, status)
            SELECT user_id, strategy_name, description, parameters, tags, status
            FROM import_batches, ROWS FROM (jsonb_to_recordset(entries::jsonb) AS \(Queries.rowType))
                WITH ORDINALITY AS entry (strategy_name, description, parameters, tags, status, place)
            WHERE user_id = $1 AND import = $2 AND number = $3
            ORDER BY place
            RETURNING id
        )
        SELECT string_agg(id::text, ',' ORDER BY id) FROM changed
        """)

    /// Inside a transaction that has claimed a key: keeps the ids that were given.
    static let keepIDs = Statement(
        "strategies_keep_ids", "UPDATE idempotency_keys SET document = $3 WHERE user_id = $1 AND key = $2")

    /// Throws away import `$2`, and those that nobody finished within an hour.
    static let forget = Statement(
        "strategies_forget_import",
        """
        DELETE FROM import_batches
        WHERE user_id = $1 AND (import = $2 OR created_at < now() - interval '1 hour')
        """)
}
