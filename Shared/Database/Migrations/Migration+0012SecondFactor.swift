extension Migration {
    static let secondFactor = Migration(
        12, "second_factor",
        sql: """
            -- Whether signing in takes a code besides the password. It is in the account's row, which whoever starts a
            -- session locks: a second factor that is turned on meanwhile is not passed by.
            ALTER TABLE users ADD COLUMN mfa_enabled boolean NOT NULL DEFAULT false;

            -- What an account shares with its owner's authenticator; while mfa_enabled is false it waits to be confirmed.
            CREATE TABLE totp_secrets (
                user_id    bigint      PRIMARY KEY REFERENCES users ON DELETE CASCADE,
                -- Under a key that the database does not have.
                sealed     bytea       NOT NULL,
                -- The time step of the last code that was taken: neither that one nor an older one is taken again.
                last_step  bigint      NOT NULL DEFAULT 0,
                created_at timestamptz NOT NULL DEFAULT now()
            );

            CREATE TABLE recovery_codes (
                user_id   bigint      NOT NULL REFERENCES totp_secrets ON DELETE CASCADE,
                -- SHA-256.
                code_hash bytea       NOT NULL,
                used_at   timestamptz,
                PRIMARY KEY (user_id, code_hash)
            );

            ALTER TABLE totp_secrets ENABLE ROW LEVEL SECURITY;
            ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY;
            CREATE POLICY totp_secrets_auth ON totp_secrets TO cryptodesk_auth USING (true) WITH CHECK (true);
            CREATE POLICY recovery_codes_auth ON recovery_codes TO cryptodesk_auth USING (true) WITH CHECK (true);
            GRANT SELECT, INSERT, UPDATE, DELETE ON totp_secrets, recovery_codes TO cryptodesk_auth;
            """)
}
