extension Migration {
    static let legacyIdentities = Migration(
        25, "legacy_identities",
        sql: """
            -- How the system that is migrated from names its users in its tokens. An import alone writes it, and what stands here
            -- is that system's word: the address of an account of ours is not looked at, since anybody can register one.
            -- A line outlives the account: who deleted it here is not unknown, but gone.
            CREATE TABLE legacy_identities (
                legacy_user_id bigint PRIMARY KEY CHECK (legacy_user_id > 0),
                -- Letter by letter as it is there, where letter case may tell two users apart; null since it is another's.
                legacy_email   text UNIQUE
            );
            -- The address of an account that was imported is the one that it had there: an account's address never changes.
            INSERT INTO legacy_identities
            SELECT legacy_user_id, email FROM users WHERE legacy_user_id IS NOT NULL;

            ALTER TABLE legacy_identities ENABLE ROW LEVEL SECURITY;
            CREATE POLICY legacy_identities_auth ON legacy_identities FOR SELECT TO cryptodesk_auth USING (true);
            GRANT SELECT ON legacy_identities TO cryptodesk_auth;
            """)
}
