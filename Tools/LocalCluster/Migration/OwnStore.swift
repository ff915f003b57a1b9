/// SQL of a migration in our own database, as the tables' owner.
enum OwnStore {
    private static let triggers = [
        "trading_strategies_capture_insert", "trading_strategies_capture_update", "trading_strategies_capture_delete",
        "trading_strategies_owner",
    ]

    /// Turns the triggers on and gives ids from ``LegacyStore/firstOwnID`` on; may run any time.
    static let install = """
        INSERT INTO write_ownership (owner, epoch) VALUES ('legacy', 1) ON CONFLICT DO NOTHING;
        SELECT setval(name, \(LegacyStore.firstOwnID - 1))
        FROM (SELECT pg_get_serial_sequence('trading_strategies', 'id')::regclass AS name) AS s
        WHERE coalesce(pg_sequence_last_value(name), 0) < \(LegacyStore.firstOwnID - 1);
        \(triggers.map { "ALTER TABLE trading_strategies ENABLE TRIGGER \($0);" }.joined(separator: "\n"))
        """

    /// Turns them off; what was brought over stays.
    static let remove =
        triggers.map { "ALTER TABLE trading_strategies DISABLE TRIGGER \($0);" }.joined(separator: "\n")
        + "\nDELETE FROM write_ownership; DELETE FROM capture_outbox; DELETE FROM backfill_ranges;"

    /// Strategies that a moved user has made before the move: nothing says what they are to the other system.
    static let strangers = """
        SELECT count(*), (array_agg(s.id ORDER BY s.id))[1:10]::text FROM trading_strategies s JOIN users u ON u.id = s.user_id
        WHERE u.legacy_user_id IS NOT NULL AND s.legacy_id IS NULL
        """

    static let ownership = "SELECT owner, epoch FROM write_ownership"
    static let setOwner = "SELECT set_write_owner($1, $2::bigint)"

    // MARK: Rows

    /// As ``LegacyStore/rows``.
    static let rows = """
        SELECT s.legacy_id AS id, u.legacy_user_id AS owner, s.strategy_name AS title, s.description
        FROM trading_strategies s JOIN users u ON u.id = s.user_id WHERE s.legacy_id IS NOT NULL
        """

    /// As ``LegacyStore/changes(limit:)``.
    static func changes(limit: Int) -> String {
        LegacyStore.changes(outbox: "capture_outbox", rows: rows, limit: limit)
    }

    static let forget = "DELETE FROM capture_outbox WHERE id = ANY ($1::bigint[])"
    static let pending = "SELECT count(*), extract(epoch FROM now() - min(captured_at))::bigint FROM capture_outbox"

    /// What has to go before ``apply``: rows that are gone there, and those that belong to another user by now.
    static let removeGone = """
        WITH gone AS (
            DELETE FROM trading_strategies s WHERE s.legacy_id = ANY ($2::bigint[]) AND NOT EXISTS (
                SELECT FROM jsonb_to_recordset($1::jsonb) AS r (id bigint, owner bigint)
                JOIN users u ON u.legacy_user_id = r.owner WHERE r.id = s.legacy_id AND u.id = s.user_id
            ) RETURNING user_id
        ), changed AS (SELECT DISTINCT user_id FROM gone ORDER BY user_id)
        SELECT count(*) FROM changed, raise_revision(user_id, NULL, NULL)
        """

    /// As ``LegacyStore/apply``; what breaks a rule of ours is left.
    static let apply = """
        WITH judged AS (
            SELECT r.*, u.id AS user_id, CASE
                WHEN u.id IS NULL THEN 'no account has its owner ' || r.owner || ' as legacy_user_id'
                WHEN r.id NOT BETWEEN 1 AND \(LegacyStore.firstOwnID - 1) AND NOT EXISTS (
                    SELECT FROM trading_strategies s WHERE s.legacy_id = r.id
                ) THEN 'its id is none that is drawn there'
                WHEN char_length(r.title) NOT BETWEEN 1 AND 255 THEN 'its title must have 1 to 255 characters'
                WHEN char_length(r.description) > 10000 THEN 'its description must have at most 10000 characters'
                END AS refusal
            FROM jsonb_to_recordset($1::jsonb) AS r (id bigint, owner bigint, title text, description text)
            LEFT JOIN users u ON u.legacy_user_id = r.owner
        ), written AS (
            INSERT INTO trading_strategies AS s (user_id, id, strategy_name, description, legacy_id)
            OVERRIDING SYSTEM VALUE
            SELECT user_id, id, title, description, id FROM judged WHERE refusal IS NULL ORDER BY id
            ON CONFLICT (legacy_id) WHERE legacy_id IS NOT NULL DO UPDATE
                SET strategy_name = excluded.strategy_name, description = excluded.description,
                    version = s.version + 1, updated_at = clock_timestamp()
                WHERE (s.strategy_name, s.description) IS DISTINCT FROM (excluded.strategy_name, excluded.description)
            RETURNING user_id
        ), changed AS (
            SELECT DISTINCT user_id FROM written ORDER BY user_id
        ), raised AS (
            SELECT count(*) AS users FROM changed, raise_revision(user_id, NULL, NULL)
        )
        SELECT id, refusal FROM judged, raised WHERE refusal IS NOT NULL ORDER BY id
        """
}
