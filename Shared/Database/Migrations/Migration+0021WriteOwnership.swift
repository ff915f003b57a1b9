extension Migration {
    static let writeOwnership = Migration(
        21, "write_ownership",
        sql: """
            -- Which store takes the writes of migrated users, as this store knows it; no row without a migration. An epoch
            -- begins whenever the other store becomes the owner.
            CREATE TABLE write_ownership (
                id         integer     PRIMARY KEY DEFAULT 1 CHECK (id = 1),
                owner      text        NOT NULL CHECK (owner IN ('legacy', 'candidate')),
                epoch      bigint      NOT NULL CHECK (epoch > 0),
                changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
            );
            ALTER TABLE write_ownership ENABLE ROW LEVEL SECURITY;

            -- Changes the owner once every write that began under the old one has ended; whatever comes later sees the new one.
            CREATE FUNCTION set_write_owner(new_owner text, new_epoch bigint) RETURNS void
            LANGUAGE plpgsql SET search_path = '' AS $$
            BEGIN
                PERFORM pg_catalog.pg_advisory_xact_lock(7165075617583461228);
                UPDATE public.write_ownership SET owner = new_owner, epoch = new_epoch, changed_at = clock_timestamp();
            END
            $$;
            REVOKE EXECUTE ON FUNCTION set_write_owner FROM PUBLIC;

            -- Refuses a write of a migrated user's with CD003 while the other store is the owner, and one that was sent in an
            -- older epoch (cryptodesk.write_epoch) at any time. Runs as the owner: only that one may see accounts.
            CREATE FUNCTION guard_strategy_owner() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            DECLARE
                sent_epoch bigint := nullif(current_setting('cryptodesk.write_epoch', true), '')::bigint;
                ownership  public.write_ownership;
            BEGIN
                IF current_setting('cryptodesk.applier', true) = 'on' THEN RETURN coalesce(NEW, OLD); END IF;
                IF TG_OP = 'INSERT' THEN
                    IF NOT EXISTS (SELECT FROM public.users WHERE id = NEW.user_id AND legacy_user_id IS NOT NULL) THEN
                        RETURN NEW;
                    END IF;
                ELSIF OLD.legacy_id IS NULL THEN
                    RETURN coalesce(NEW, OLD);
                END IF;
                PERFORM pg_catalog.pg_advisory_xact_lock_shared(7165075617583461228);
                -- Read only now: whoever waited for the lock may have waited for another owner.
                SELECT * INTO ownership FROM public.write_ownership;
                IF ownership.owner <> 'candidate' OR sent_epoch < ownership.epoch THEN
                    RAISE EXCEPTION USING ERRCODE = 'CD003', MESSAGE = 'writes belong to the other store';
                END IF;
                IF TG_OP = 'INSERT' THEN NEW.legacy_id := NEW.id; END IF;
                RETURN coalesce(NEW, OLD);
            END
            $$;
            REVOKE EXECUTE ON FUNCTION guard_strategy_owner FROM PUBLIC;
            CREATE TRIGGER trading_strategies_owner BEFORE INSERT OR UPDATE OR DELETE ON trading_strategies
                FOR EACH ROW EXECUTE FUNCTION guard_strategy_owner();
            ALTER TABLE trading_strategies DISABLE TRIGGER trading_strategies_owner;
            """)
}
