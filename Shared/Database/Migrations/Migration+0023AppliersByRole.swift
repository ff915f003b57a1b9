extension Migration {
    static let appliersByRole = Migration(
        23, "appliers_by_role",
        sql: """
            -- A setting alone said who brings a migration's changes over, and any role may set it: the services' role could write
            -- what the other store owned, and hide its changes. It does not count for that role any more.
            CREATE FUNCTION brings_changes_over() RETURNS boolean
            LANGUAGE sql STABLE SET search_path = '' AS $$
                SELECT session_user <> 'cryptodesk_strategies' AND current_setting('cryptodesk.applier', true) = 'on'
            $$;
            REVOKE EXECUTE ON FUNCTION brings_changes_over FROM PUBLIC;

            CREATE OR REPLACE FUNCTION capture_strategy_change() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            BEGIN
                -- What was brought over from there is not sent back.
                IF public.brings_changes_over() THEN RETURN NULL; END IF;
                INSERT INTO public.capture_outbox (row_id) VALUES (coalesce(NEW.legacy_id, OLD.legacy_id));
                RETURN NULL;
            END
            $$;

            CREATE OR REPLACE FUNCTION guard_strategy_owner() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            DECLARE
                sent_epoch bigint := nullif(current_setting('cryptodesk.write_epoch', true), '')::bigint;
                ownership  public.write_ownership;
            BEGIN
                IF public.brings_changes_over() THEN RETURN coalesce(NEW, OLD); END IF;
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
            """)
}
