extension Migration {
    static let operators = Migration(
        22, "operators",
        sql: """
            INSERT INTO role_permissions VALUES ('admin', 'cluster:read');

            -- For operators: turns the second factor of an account off whose owner has lost it, and ends its sessions: who
            -- asks for this may not be the owner. 'missing' when there is no such account, 'off' when it has none.
            --
            -- Its access tokens so far are refused for keep_for, longer than any of them lives.
            CREATE FUNCTION reset_second_factor(of_email text, keep_for interval) RETURNS text
            LANGUAGE plpgsql SET search_path = public AS $$
            DECLARE
                account users%ROWTYPE;
            BEGIN
                SELECT * INTO account FROM users WHERE lower(email) = lower(of_email) FOR NO KEY UPDATE;
                IF NOT FOUND THEN
                    RETURN 'missing';
                ELSIF NOT account.mfa_enabled THEN
                    RETURN 'off';
                END IF;
                DELETE FROM totp_secrets WHERE user_id = account.id;
                UPDATE sessions SET revoked_at = now() WHERE user_id = account.id AND revoked_at IS NULL;
                UPDATE users
                SET mfa_enabled = false, updated_at = now(),
                    token_epoch = 1 + greatest(token_epoch, (SELECT global_epoch FROM revocation_counter))
                WHERE id = account.id
                RETURNING * INTO account;
                PERFORM raise_revision(account.id, NULL, NULL);
                INSERT INTO audit_log (action, user_id) VALUES ('mfa.reset', account.id);
                PERFORM add_revocation(
                    'user_epoch', account.id, NULL, account.token_epoch, now() + keep_for + interval '1 minute');
                RETURN 'reset';
            END
            $$;
            REVOKE EXECUTE ON FUNCTION reset_second_factor FROM PUBLIC;
            """)
}
