extension Migration {
    static let revocations = Migration(
        6, "revocations",
        sql: """
            -- What was ended before it expired. The numbers are without gaps and in the order of the commits: whoever
            -- has read up to the highest one knows everything that was committed.
            CREATE TABLE revocations (
                number     bigint      PRIMARY KEY,
                kind       text        NOT NULL CHECK (kind IN ('token', 'session', 'user_epoch', 'global_epoch')),
                -- No reference: an account that is gone leaves tokens behind.
                user_id    bigint,
                -- The token's jti or the session's id.
                subject    text,
                -- Tokens of an epoch below are refused.
                epoch      bigint,
                -- When the last token that it refuses has expired. Rows go from the lowest number on, so that those that
                -- are left have no gaps either.
                expires_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                CHECK (kind NOT IN ('token', 'session') OR subject IS NOT NULL),
                CHECK (kind NOT IN ('user_epoch', 'global_epoch') OR epoch IS NOT NULL),
                CHECK (kind <> 'user_epoch' OR user_id IS NOT NULL)
            );

            CREATE TABLE revocation_counter (
                id           boolean PRIMARY KEY DEFAULT true CHECK (id),
                last         bigint  NOT NULL DEFAULT 0,
                -- The least epoch of a new token, whoever it is for.
                global_epoch bigint  NOT NULL DEFAULT 0
            );
            INSERT INTO revocation_counter DEFAULT VALUES;

            -- The counter's row stays locked until the end of the transaction. Call it last, so that it is locked shortly.
            CREATE FUNCTION add_revocation(kind text, user_id bigint, subject text, epoch bigint, expires_at timestamptz)
            RETURNS bigint LANGUAGE sql AS $$
                WITH counter AS (UPDATE revocation_counter SET last = last + 1 RETURNING last)
                INSERT INTO revocations (number, kind, user_id, subject, epoch, expires_at)
                SELECT last, $1, $2, $3, $4, $5 FROM counter
                RETURNING number
            $$;

            -- Ends every session of everybody and refuses every access token, for an operator to call:
            -- keep_for is how long the longest-lived access token may still be good.
            CREATE FUNCTION revoke_everything(keep_for interval) RETURNS bigint LANGUAGE plpgsql AS $$
            DECLARE
                raised bigint;
            BEGIN
                LOCK TABLE sessions, users IN SHARE ROW EXCLUSIVE MODE;
                UPDATE sessions SET revoked_at = now() WHERE revoked_at IS NULL;
                UPDATE revocation_counter
                SET global_epoch = 1 + greatest(global_epoch, (SELECT max(token_epoch) FROM users))
                RETURNING global_epoch INTO raised;
                RETURN add_revocation('global_epoch', NULL, NULL, raised, now() + keep_for + interval '1 minute');
            END
            $$;

            ALTER TABLE revocations ENABLE ROW LEVEL SECURITY;
            ALTER TABLE revocation_counter ENABLE ROW LEVEL SECURITY;
            CREATE POLICY revocations_auth ON revocations TO cryptodesk_auth USING (true) WITH CHECK (true);
            CREATE POLICY revocation_counter_auth ON revocation_counter TO cryptodesk_auth
                USING (true) WITH CHECK (true);
            GRANT SELECT, INSERT, DELETE ON revocations TO cryptodesk_auth;
            GRANT SELECT, UPDATE ON revocation_counter TO cryptodesk_auth;
            """)
}
