import Postgres

/// The statements of the outbox. They run on nobody's behalf, and behind ``lock``: others see nothing of it.
enum OutboxQueries {
    /// Until the end of the transaction, which must not outlive a process that is suspended for long. What it deletes may come
    /// back in a crash, for Redis knows what it has appended; so nobody waits for the disk or for a replica.
    static let lock = Statement(
        "outbox_lock",
        """
        SELECT pg_try_advisory_xact_lock(hashtext('cryptodesk.event_outbox')),
               set_config('synchronous_commit', 'off', true),
               set_config('idle_in_transaction_session_timeout', '3000', true)
        """)

    /// The oldest events, `$1` at most and about 256 KB, but one at least, and whether there are more. A key is of one
    /// event for ever, although a failover may give out an id again.
    static let oldest = Statement(
        "outbox_oldest",
        """
        SELECT id, concat(id, ':', (extract(epoch FROM created_at) * 1000000)::bigint), user_id, kind, data,
               length = $1 OR bytes >= 262144
        FROM (
            SELECT *, count(*) OVER () AS length, sum(size) OVER () AS bytes,
                   sum(size) OVER (ORDER BY id) - size AS before
            FROM (
                SELECT *, octet_length(data) AS size FROM event_outbox ORDER BY id LIMIT $1
            ) AS first
        ) AS measured
        WHERE before < 262144
        ORDER BY id
        """)

    static let forget = Statement("outbox_forget", "DELETE FROM event_outbox WHERE id = ANY ($1::bigint[])")

    /// In milliseconds; null where there is none.
    static let oldestAge = Statement("outbox_oldest_age", "SELECT event_outbox_age()")
}
