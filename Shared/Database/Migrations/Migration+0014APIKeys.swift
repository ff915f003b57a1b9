extension Migration {
    static let apiKeys = Migration(
        14, "api_keys",
        sql: """
            -- Keys of programs. The key itself is nowhere, and a key that was revoked has no row.
            CREATE TABLE api_keys (
                user_id      bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
                id           bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
                -- The sid of the access tokens that stand for the key: what a revocation names.
                session_id   uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
                name         text        NOT NULL,
                scopes       text[]      NOT NULL CHECK (cardinality(scopes) > 0),
                -- How it begins, to be recognized by.
                prefix       text        NOT NULL,
                -- SHA-256.
                key_hash     bytea       NOT NULL UNIQUE,
                created_at   timestamptz NOT NULL DEFAULT now(),
                -- When it was last exchanged for an access token.
                last_used_at timestamptz,
                expires_at   timestamptz,
                PRIMARY KEY (user_id, id)
            );

            -- An account that is disabled loses its keys, whoever disables it: they do not come back with it.
            CREATE FUNCTION delete_api_keys_of_disabled() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                DELETE FROM api_keys WHERE user_id = NEW.id;
                RETURN NULL;
            END
            $$;
            CREATE TRIGGER users_disabled AFTER UPDATE OF is_active ON users
                FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active)
                EXECUTE FUNCTION delete_api_keys_of_disabled();

            ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
            CREATE POLICY api_keys_auth ON api_keys TO cryptodesk_auth USING (true) WITH CHECK (true);
            GRANT SELECT, INSERT, DELETE ON api_keys TO cryptodesk_auth;
            GRANT UPDATE (last_used_at) ON api_keys TO cryptodesk_auth;
            """)
}
