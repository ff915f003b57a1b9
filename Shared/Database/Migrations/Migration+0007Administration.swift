extension Migration {
    static let administration = Migration(
        7, "administration",
        sql: """
            -- What each role may do.
            CREATE TABLE roles (name text PRIMARY KEY);
            CREATE TABLE role_permissions (
                role       text NOT NULL REFERENCES roles,
                permission text NOT NULL,
                PRIMARY KEY (role, permission)
            );
            INSERT INTO roles VALUES ('user'), ('admin');
            INSERT INTO role_permissions VALUES
                ('admin', 'accounts:read'), ('admin', 'accounts:write'), ('admin', 'audit:read');
            ALTER TABLE users DROP CONSTRAINT users_role_check, ADD FOREIGN KEY (role) REFERENCES roles;
            CREATE INDEX users_role ON users (role, id) WHERE role <> 'user';

            -- Who did what to whom. Rows are added and never changed: the services' role has no right to, and the trigger
            -- stops whoever has.
            CREATE TABLE audit_log (
                id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                at         timestamptz NOT NULL DEFAULT clock_timestamp(),
                action     text        NOT NULL,
                -- Null for an operator and for who is not known. No references: an account that is gone stays named.
                actor_id   bigint,
                user_id    bigint,
                address    text        NOT NULL DEFAULT '',
                request_id text        NOT NULL DEFAULT '',
                details    jsonb       NOT NULL DEFAULT '{}'
            );
            CREATE INDEX audit_log_user ON audit_log (user_id, id);
            CREATE INDEX audit_log_action ON audit_log (action, id);

            CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
            END
            $$;
            CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

            ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
            CREATE POLICY audit_log_read ON audit_log FOR SELECT TO cryptodesk_auth USING (true);
            CREATE POLICY audit_log_append ON audit_log FOR INSERT TO cryptodesk_auth WITH CHECK (true);
            GRANT SELECT, INSERT ON audit_log TO cryptodesk_auth;
            GRANT SELECT ON roles, role_permissions TO cryptodesk_auth;

            -- Gives an account a role, for an operator to call; keep_for is how long the longest-lived access token may
            -- still be good. Tokens of the old role are refused, sessions go on. False when there is no such account.
            CREATE FUNCTION set_account_role(of_email text, new_role text, keep_for interval) RETURNS boolean
            LANGUAGE plpgsql SET search_path = public AS $$
            DECLARE
                account users%ROWTYPE;
            BEGIN
                SELECT * INTO account FROM users WHERE lower(email) = lower(of_email) FOR NO KEY UPDATE;
                IF NOT FOUND THEN
                    RETURN false;
                ELSIF account.role = new_role THEN
                    RETURN true;
                END IF;
                UPDATE users
                SET role = new_role, updated_at = now(),
                    token_epoch = 1 + greatest(token_epoch, (SELECT global_epoch FROM revocation_counter))
                WHERE id = account.id
                RETURNING * INTO account;
                PERFORM raise_revision(account.id, NULL, NULL);
                INSERT INTO audit_log (action, user_id, details)
                VALUES ('account.role_changed', account.id, jsonb_build_object('role', new_role));
                PERFORM add_revocation(
                    'user_epoch', account.id, NULL, account.token_epoch, now() + keep_for + interval '1 minute');
                RETURN true;
            END
            $$;
            REVOKE EXECUTE ON FUNCTION set_account_role FROM PUBLIC;
            """)
}
