extension Migration {
    static let capturedChanges = Migration(
        20, "captured_changes",
        sql: """
            -- For a migration from another system, whose tasks are strategies here. Without one all of it is empty, and the
            -- triggers are off: `desk capture install` turns them on.

            -- A row that the other system has as well, under this id. Ids from 1,000,000,000 on are drawn here, those below
            -- there: so a row has one id in both, and links stay.
            ALTER TABLE trading_strategies ADD COLUMN legacy_id bigint;
            CREATE UNIQUE INDEX trading_strategies_legacy_id_key ON trading_strategies (legacy_id)
                WHERE legacy_id IS NOT NULL;

            -- What of the other system's table has been brought over, by ranges of its ids.
            CREATE TABLE backfill_ranges (
                first_id        bigint      PRIMARY KEY,
                last_id         bigint      NOT NULL,
                legacy_rows     bigint      NOT NULL,
                legacy_checksum text        NOT NULL,
                -- Of this side once it was written, in the same transaction.
                rows            bigint      NOT NULL,
                checksum        text        NOT NULL,
                -- Rows that break a rule of ours, and were left.
                refused         bigint      NOT NULL,
                finished_at     timestamptz NOT NULL DEFAULT clock_timestamp()
            );

            -- Which rows have changed here and are not in the other system yet. What they hold is read when they are brought
            -- over, so that doing it twice, or in another order, ends the same.
            CREATE TABLE capture_outbox (
                id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                row_id      bigint      NOT NULL,
                captured_at timestamptz NOT NULL DEFAULT clock_timestamp()
            );
            ALTER TABLE backfill_ranges ENABLE ROW LEVEL SECURITY;
            ALTER TABLE capture_outbox ENABLE ROW LEVEL SECURITY;

            -- Runs as the owner: the services' role can neither forget a change nor make one up.
            CREATE FUNCTION capture_strategy_change() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            BEGIN
                -- What was brought over from there is not sent back.
                IF current_setting('cryptodesk.applier', true) = 'on' THEN RETURN NULL; END IF;
                INSERT INTO public.capture_outbox (row_id) VALUES (coalesce(NEW.legacy_id, OLD.legacy_id));
                RETURN NULL;
            END
            $$;
            REVOKE EXECUTE ON FUNCTION capture_strategy_change FROM PUBLIC;
            CREATE TRIGGER trading_strategies_capture_insert AFTER INSERT ON trading_strategies
                FOR EACH ROW WHEN (NEW.legacy_id IS NOT NULL) EXECUTE FUNCTION capture_strategy_change();
            CREATE TRIGGER trading_strategies_capture_update AFTER UPDATE ON trading_strategies
                FOR EACH ROW WHEN (
                    NEW.legacy_id IS NOT NULL
                    AND (NEW.strategy_name, NEW.description) IS DISTINCT FROM (OLD.strategy_name, OLD.description)
                ) EXECUTE FUNCTION capture_strategy_change();
            CREATE TRIGGER trading_strategies_capture_delete AFTER DELETE ON trading_strategies
                FOR EACH ROW WHEN (OLD.legacy_id IS NOT NULL) EXECUTE FUNCTION capture_strategy_change();
            ALTER TABLE trading_strategies DISABLE TRIGGER trading_strategies_capture_insert;
            ALTER TABLE trading_strategies DISABLE TRIGGER trading_strategies_capture_update;
            ALTER TABLE trading_strategies DISABLE TRIGGER trading_strategies_capture_delete;
            """)
}
