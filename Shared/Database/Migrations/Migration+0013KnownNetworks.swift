extension Migration {
    static let knownNetworks = Migration(
        13, "known_networks",
        sql: """
            -- From where an account has signed in: there its owner is let try, however many others guess elsewhere.
            CREATE TABLE known_networks (
                user_id      bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
                -- The bytes of an IPv4 address, or of the first half of an IPv6 address.
                network      bytea       NOT NULL,
                -- To the day.
                last_used_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (user_id, network)
            );

            ALTER TABLE known_networks ENABLE ROW LEVEL SECURITY;
            CREATE POLICY known_networks_auth ON known_networks TO cryptodesk_auth USING (true) WITH CHECK (true);
            GRANT SELECT, INSERT, UPDATE, DELETE ON known_networks TO cryptodesk_auth;
            """)
}
