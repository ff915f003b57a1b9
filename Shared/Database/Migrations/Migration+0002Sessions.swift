extension Migration {
    static let sessions = Migration(
        2, "sessions",
        sql: """
            -- A session is one sign-in: the family of refresh tokens that follow from it.
            CREATE TABLE sessions (
                user_id      bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
                id           uuid        NOT NULL UNIQUE,
                created_at   timestamptz NOT NULL DEFAULT now(),
                last_used_at timestamptz NOT NULL DEFAULT now(),
                expires_at   timestamptz NOT NULL,
                revoked_at   timestamptz,
                user_agent   text        NOT NULL DEFAULT '',
                address      text        NOT NULL DEFAULT '',
                PRIMARY KEY (user_id, id)
            );

            CREATE TABLE refresh_tokens (
                user_id          bigint      NOT NULL,
                session_id       uuid        NOT NULL,
                -- SHA-256 of the token; the token itself is nowhere.
                token_hash       bytea       NOT NULL UNIQUE,
                created_at       timestamptz NOT NULL DEFAULT now(),
                expires_at       timestamptz NOT NULL,
                -- When the token was first exchanged for its successor.
                used_at          timestamptz,
                successor_hash   bytea,
                -- The successor, sealed under a key that only the token itself yields.
                successor_sealed bytea,
                PRIMARY KEY (user_id, session_id, token_hash),
                FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, id) ON DELETE CASCADE
            );

            ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
            ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
            CREATE POLICY sessions_auth ON sessions TO cryptodesk_auth USING (true) WITH CHECK (true);
            CREATE POLICY refresh_tokens_auth ON refresh_tokens TO cryptodesk_auth USING (true) WITH CHECK (true);
            GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, refresh_tokens TO cryptodesk_auth;
            """)
}
