extension Migration {
    static let eventOutbox = Migration(
        15, "event_outbox",
        sql: """
            -- What happened to strategies and is not in Redis yet: a row that is here is unpublished. It is written in the
            -- transaction of the change, and deleted with others once Redis has it.
            CREATE TABLE event_outbox (
                -- Drawn while the strategy's row is locked: of two events of one strategy the later one has the higher id.
                -- Those of different strategies may be committed in another order, so nobody may ask for what is above
                -- the last one.
                id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                -- No reference: it is nobody's property, and a change must not look at the account once more.
                user_id    bigint      NOT NULL,
                kind       text        NOT NULL,
                data       text        NOT NULL,
                created_at timestamptz NOT NULL DEFAULT clock_timestamp()
            ) WITH (
                autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
                autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 100000
            );

            -- Runs as the owner: the services' role can neither forget an event nor make one up.
            CREATE FUNCTION record_strategy_event() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    INSERT INTO public.event_outbox (user_id, kind, data)
                    VALUES (NEW.user_id, 'strategy.created', NEW.document);
                ELSIF TG_OP = 'UPDATE' THEN
                    INSERT INTO public.event_outbox (user_id, kind, data)
                    VALUES (NEW.user_id, 'strategy.changed', NEW.document);
                -- Where the account goes with all that it owns, nobody is left to be told.
                ELSIF EXISTS (SELECT FROM public.users WHERE id = OLD.user_id) THEN
                    INSERT INTO public.event_outbox (user_id, kind, data)
                    VALUES (OLD.user_id, 'strategy.deleted', concat('{"id":', OLD.id, '}'));
                END IF;
                RETURN NULL;
            END
            $$;
            REVOKE EXECUTE ON FUNCTION record_strategy_event FROM PUBLIC;
            CREATE TRIGGER trading_strategies_event AFTER INSERT OR DELETE ON trading_strategies
                FOR EACH ROW EXECUTE FUNCTION record_strategy_event();
            CREATE TRIGGER trading_strategies_change_event AFTER UPDATE ON trading_strategies
                FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION record_strategy_event();

            -- For statements on nobody's behalf alone: one of a user's request sees nothing of it.
            ALTER TABLE event_outbox ENABLE ROW LEVEL SECURITY;
            CREATE POLICY event_outbox_publisher ON event_outbox TO cryptodesk_strategies
                USING (nullif(current_setting('cryptodesk.user_id', true), '') IS NULL);
            GRANT SELECT, DELETE ON event_outbox TO cryptodesk_strategies;
            """)
}
