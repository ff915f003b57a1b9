extension Migration {
    static let replication = Migration(
        4, "replication",
        sql: """
            -- Which server has been the primary since when. The newest row counts: a server that it does not name must
            -- not take writes, whatever it thinks of itself. An empty name is a server without a cluster_name.
            CREATE TABLE primary_epochs (
                epoch       bigint      PRIMARY KEY CHECK (epoch > 0),
                server      text        NOT NULL,
                promoted_at timestamptz NOT NULL DEFAULT now()
            );
            INSERT INTO primary_epochs (epoch, server) VALUES (1, current_setting('cluster_name'));

            -- Raised a few times a second on the primary, so that a replica shows how far it has come.
            CREATE TABLE replication_heartbeat (
                id      boolean     PRIMARY KEY DEFAULT true CHECK (id),
                beat    bigint      NOT NULL DEFAULT 0,
                beat_at timestamptz NOT NULL DEFAULT now()
            );
            INSERT INTO replication_heartbeat DEFAULT VALUES;

            GRANT SELECT ON primary_epochs, replication_heartbeat TO cryptodesk_auth, cryptodesk_strategies;
            GRANT UPDATE (beat, beat_at) ON replication_heartbeat TO cryptodesk_auth, cryptodesk_strategies;
            """)
}
