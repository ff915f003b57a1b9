extension Migration {
    static let legacyUsers = Migration(
        19, "legacy_users",
        sql: """
            -- Whose account it was in the system that is migrated from. An import writes it, and nothing else joins the two:
            -- an address proves nothing, since anybody can register it here.
            ALTER TABLE users ADD COLUMN legacy_user_id bigint CHECK (legacy_user_id > 0);
            CREATE UNIQUE INDEX users_legacy_user_id_key ON users (legacy_user_id) WHERE legacy_user_id IS NOT NULL;
            """)
}
