extension Migration {
    static let revisions = Migration(
        5, "revisions",
        sql: """
            -- How often each user's data has changed, and in which epoch it last did (primary_epochs).
            --
            -- A write raises its user's revision in its own transaction: first it locks the row it changes, then this
            -- one, so a user's writers come one after the other, and whoever sees revision r sees exactly the writes
            -- up to r. Deleting an account must take this row's lock before the account's.
            CREATE TABLE user_revisions (
                user_id  bigint PRIMARY KEY REFERENCES users ON DELETE CASCADE,
                epoch    bigint NOT NULL,
                revision bigint NOT NULL CHECK (revision > 0)
            );

            -- From which revision a user's first write of an epoch began. A revision of an older epoch above it was
            -- made on a primary that was given up before the new one had heard of it: it is lost.
            CREATE TABLE user_revision_epochs (
                user_id bigint NOT NULL REFERENCES user_revisions ON DELETE CASCADE,
                epoch   bigint NOT NULL,
                base    bigint NOT NULL,
                PRIMARY KEY (user_id, epoch)
            );

            ALTER TABLE user_revisions ENABLE ROW LEVEL SECURITY;
            ALTER TABLE user_revision_epochs ENABLE ROW LEVEL SECURITY;
            CREATE POLICY user_revisions_auth ON user_revisions TO cryptodesk_auth USING (true) WITH CHECK (true);
            CREATE POLICY user_revision_epochs_auth ON user_revision_epochs TO cryptodesk_auth
                USING (true) WITH CHECK (true);
            CREATE POLICY user_revisions_caller ON user_revisions TO cryptodesk_strategies
                USING (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint)
                WITH CHECK (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint);
            CREATE POLICY user_revision_epochs_caller ON user_revision_epochs TO cryptodesk_strategies
                USING (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint)
                WITH CHECK (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint);
            GRANT SELECT, INSERT, UPDATE ON user_revisions, user_revision_epochs
                TO cryptodesk_auth, cryptodesk_strategies;

            -- Raises a user's revision by one, in the newest epoch.
            --
            -- What the writer was told last (minimum_epoch, minimum_revision; both null for nothing) must be there:
            -- SQLSTATE CD001 when it is lost, CD002 when this server is of an older epoch. The write is undone then.
            CREATE FUNCTION raise_revision(
                of_user bigint, minimum_epoch bigint, minimum_revision bigint, OUT epoch bigint, OUT revision bigint
            ) LANGUAGE plpgsql VOLATILE SET search_path = '' AS $$
            DECLARE
                last_epoch bigint;
                base       bigint;
            BEGIN
                INSERT INTO public.user_revisions AS r (user_id, epoch, revision) VALUES (of_user, 0, 1)
                ON CONFLICT (user_id) DO UPDATE SET revision = r.revision + 1
                RETURNING r.epoch, r.revision INTO last_epoch, revision;
                base := revision - 1;
                -- Read only now: whoever waited for the row may have waited for a newer epoch.
                SELECT max(e.epoch) INTO STRICT epoch FROM public.primary_epochs e;

                IF minimum_epoch > epoch THEN
                    RAISE EXCEPTION USING ERRCODE = 'CD002', MESSAGE = 'this server is of an older epoch';
                ELSIF (minimum_epoch, minimum_revision) > (last_epoch, base) OR minimum_epoch < last_epoch AND EXISTS (
                    SELECT FROM public.user_revision_epochs e
                    WHERE e.user_id = of_user AND e.epoch > minimum_epoch AND e.base < minimum_revision
                ) THEN
                    RAISE EXCEPTION USING ERRCODE = 'CD001', MESSAGE = 'changes were lost by a promotion';
                END IF;

                IF last_epoch IS DISTINCT FROM epoch THEN
                    UPDATE public.user_revisions r SET epoch = raise_revision.epoch WHERE r.user_id = of_user;
                    INSERT INTO public.user_revision_epochs (user_id, epoch, base)
                    VALUES (of_user, raise_revision.epoch, base);
                END IF;
            END
            $$;
            REVOKE EXECUTE ON FUNCTION raise_revision FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION raise_revision TO cryptodesk_auth, cryptodesk_strategies;
            """)
}
