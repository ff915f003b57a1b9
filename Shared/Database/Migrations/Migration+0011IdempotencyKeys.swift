extension Migration {
    static let idempotencyKeys = Migration(
        11, "idempotency_keys",
        sql: """
            -- What a user's Idempotency-Key was answered first, for 24 hours; the answer is null only inside the
            -- transaction that makes it.
            --
            -- The account is looked at when that commits: before, it would be locked ahead of the user's revision.
            CREATE TABLE idempotency_keys (
                user_id     bigint      NOT NULL REFERENCES users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
                key         text        NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
                -- Of what was asked for.
                fingerprint text        NOT NULL,
                strategy_id bigint,
                document    text,
                created_at  timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (user_id, key)
            );
            CREATE INDEX idempotency_keys_created ON idempotency_keys (user_id, created_at);

            ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
            CREATE POLICY idempotency_keys_caller ON idempotency_keys TO cryptodesk_strategies
                USING (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint)
                WITH CHECK (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint);
            GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO cryptodesk_strategies;
            """)
}
