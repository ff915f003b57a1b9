extension Migration {
    static let users = Migration(
        1, "users",
        sql: """
            CREATE TABLE users (
                id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                email         text        NOT NULL,
                full_name     text        NOT NULL,
                password_hash text        NOT NULL,
                role          text        NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
                is_active     boolean     NOT NULL DEFAULT true,
                -- Access tokens of an older epoch are refused.
                token_epoch   bigint      NOT NULL DEFAULT 0,
                created_at    timestamptz NOT NULL DEFAULT now(),
                updated_at    timestamptz NOT NULL DEFAULT now()
            );
            CREATE UNIQUE INDEX users_email_key ON users (lower(email));

            -- Only Auth knows accounts; a role that no policy names sees no row.
            ALTER TABLE users ENABLE ROW LEVEL SECURITY;
            CREATE POLICY users_auth ON users TO cryptodesk_auth USING (true) WITH CHECK (true);
            GRANT SELECT, INSERT, UPDATE, DELETE ON users TO cryptodesk_auth;
            """)
}
