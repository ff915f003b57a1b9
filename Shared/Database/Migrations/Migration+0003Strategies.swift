extension Migration {
    static let strategies = Migration(
        3, "strategies",
        sql: """
            -- Keys begin with the user, so that the table can be distributed by it later.
            CREATE TABLE trading_strategies (
                user_id       bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
                id            bigint      GENERATED ALWAYS AS IDENTITY,
                strategy_name text        NOT NULL CHECK (char_length(strategy_name) BETWEEN 1 AND 255),
                description   text        CHECK (char_length(description) <= 10000),
                parameters    jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
                tags          text[]      NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 20),
                status        text        NOT NULL DEFAULT 'draft'
                                          CHECK (status IN ('draft', 'active', 'paused', 'archived')),
                version       bigint      NOT NULL DEFAULT 1,
                created_at    timestamptz NOT NULL DEFAULT now(),
                updated_at    timestamptz NOT NULL DEFAULT now(),
                -- The row as the API's JSON object, rendered when it is written: a list only concatenates.
                document      text        NOT NULL,
                PRIMARY KEY (user_id, id)
            );
            CREATE INDEX trading_strategies_created ON trading_strategies (user_id, created_at, id);
            CREATE INDEX trading_strategies_updated ON trading_strategies (user_id, updated_at, id);
            CREATE INDEX trading_strategies_name ON trading_strategies (user_id, strategy_name, id);

            CREATE FUNCTION api_timestamp(instant timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
                SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            $$;

            CREATE FUNCTION render_strategy_document() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.document := concat(
                    '{"id":', NEW.id,
                    ',"user_id":', NEW.user_id,
                    ',"strategy_name":', to_json(NEW.strategy_name),
                    ',"description":', coalesce(to_json(NEW.description)::text, 'null'),
                    ',"parameters":', NEW.parameters,
                    ',"tags":', to_json(NEW.tags),
                    ',"status":', to_json(NEW.status),
                    ',"version":', NEW.version,
                    ',"created_at":"', api_timestamp(NEW.created_at),
                    '","updated_at":"', api_timestamp(NEW.updated_at), '"}');
                RETURN NEW;
            END
            $$;
            CREATE TRIGGER trading_strategies_document BEFORE INSERT OR UPDATE ON trading_strategies
                FOR EACH ROW EXECUTE FUNCTION render_strategy_document();

            -- A statement without its caller sees no row and can write none.
            ALTER TABLE trading_strategies ENABLE ROW LEVEL SECURITY;
            CREATE POLICY trading_strategies_caller ON trading_strategies TO cryptodesk_strategies
                USING (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint)
                WITH CHECK (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint);
            GRANT SELECT, INSERT, UPDATE, DELETE ON trading_strategies TO cryptodesk_strategies;
            """)
}
