extension Migration {
    static let versions = Migration(
        10, "versions",
        sql: """
            -- Every version of every strategy as the API shows it. Goes with the strategy.
            CREATE TABLE strategy_versions (
                user_id     bigint NOT NULL,
                strategy_id bigint NOT NULL,
                version     bigint NOT NULL,
                document    text   NOT NULL,
                PRIMARY KEY (user_id, strategy_id, version),
                FOREIGN KEY (user_id, strategy_id) REFERENCES trading_strategies (user_id, id) ON DELETE CASCADE
            );
            -- What went before is not known any more.
            INSERT INTO strategy_versions (user_id, strategy_id, version, document)
            SELECT user_id, id, version, document FROM trading_strategies;

            -- Runs as the owner: the services' role can read the history, and neither add to it nor change it.
            CREATE FUNCTION record_strategy_version() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            BEGIN
                INSERT INTO public.strategy_versions (user_id, strategy_id, version, document)
                VALUES (NEW.user_id, NEW.id, NEW.version, NEW.document);
                RETURN NULL;
            END
            $$;
            REVOKE EXECUTE ON FUNCTION record_strategy_version FROM PUBLIC;
            CREATE TRIGGER trading_strategies_created AFTER INSERT ON trading_strategies
                FOR EACH ROW EXECUTE FUNCTION record_strategy_version();
            CREATE TRIGGER trading_strategies_changed AFTER UPDATE ON trading_strategies
                FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION record_strategy_version();

            ALTER TABLE strategy_versions ENABLE ROW LEVEL SECURITY;
            CREATE POLICY strategy_versions_caller ON strategy_versions FOR SELECT TO cryptodesk_strategies
                USING (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint);
            GRANT SELECT ON strategy_versions TO cryptodesk_strategies;
            """)
}
