extension Migration {
    static let administratorReads = Migration(
        17, "administrator_reads",
        sql: """
            INSERT INTO role_permissions VALUES ('admin', 'strategies:read');

            -- Writes into the audit log that the caller is about to see strategies of another user, where that is allowed.
            -- 'forbidden' when the caller's role may not, or not any more; 'missing' when there is no such account.
            --
            -- Runs as the owner: the services' role can neither read accounts nor add to the log in any other way.
            CREATE FUNCTION record_administrator_read(
                of_user bigint, from_address text, of_request text, asked jsonb
            ) RETURNS text
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
            DECLARE
                caller bigint := nullif(current_setting('cryptodesk.user_id', true), '')::bigint;
            BEGIN
                IF NOT EXISTS (
                    SELECT FROM public.users JOIN public.role_permissions USING (role)
                    WHERE users.id = caller AND is_active AND permission = 'strategies:read'
                ) THEN
                    RETURN 'forbidden';
                ELSIF NOT EXISTS (SELECT FROM public.users WHERE id = of_user) THEN
                    RETURN 'missing';
                END IF;
                INSERT INTO public.audit_log (action, actor_id, user_id, address, request_id, details)
                VALUES ('strategies.read', caller, of_user, from_address, of_request, asked);
                RETURN 'recorded';
            END
            $$;
            REVOKE EXECUTE ON FUNCTION record_administrator_read FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION record_administrator_read TO cryptodesk_strategies;
            """)
}
