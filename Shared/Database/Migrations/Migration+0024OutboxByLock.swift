extension Migration {
    static let outboxByLock = Migration(
        24, "outbox_by_lock",
        sql: """
            -- Nobody's statement saw the events of everybody, and `RESET cryptodesk.user_id` makes a statement nobody's. Now they
            -- are there only for a transaction that holds the publishers' lock as well. It is the lock, and no setting, for
            -- instances of the version before take it too.
            ALTER POLICY event_outbox_publisher ON event_outbox USING (
                nullif(current_setting('cryptodesk.user_id', true), '') IS NULL
                AND EXISTS (
                    SELECT FROM pg_catalog.pg_locks
                    WHERE locktype = 'advisory' AND pid = pg_catalog.pg_backend_pid() AND granted
                      -- A key of one bigint is in two halves.
                      AND objsubid = 1
                      AND ((classid::bigint << 32) | objid::bigint) = hashtext('cryptodesk.event_outbox')
                )
            );

            -- In milliseconds, of the oldest event: all that may be known of them without the lock. Null where there is none.
            CREATE FUNCTION event_outbox_age() RETURNS bigint
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
                SELECT greatest(0, extract(epoch FROM clock_timestamp() - created_at) * 1000)::bigint
                FROM public.event_outbox ORDER BY id LIMIT 1
            $$;
            REVOKE EXECUTE ON FUNCTION event_outbox_age FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION event_outbox_age TO cryptodesk_strategies;
            """)
}
