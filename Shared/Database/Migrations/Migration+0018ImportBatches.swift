extension Migration {
    static let importBatches = Migration(
        18, "import_batches",
        sql: """
            -- Rows of an import that is all or nothing, while it comes: they are created together at its end. Nothing of it
            -- reaches a replica, and a crash may empty it, which that end notices.
            CREATE UNLOGGED TABLE import_batches (
                user_id    bigint      NOT NULL REFERENCES users ON DELETE CASCADE,
                import     text        NOT NULL,
                number     integer     NOT NULL,
                -- A JSON array of objects.
                entries    text        NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (user_id, import, number)
            );
            ALTER TABLE import_batches ENABLE ROW LEVEL SECURITY;
            CREATE POLICY import_batches_caller ON import_batches TO cryptodesk_strategies
                USING (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint)
                WITH CHECK (user_id = nullif(current_setting('cryptodesk.user_id', true), '')::bigint);
            GRANT SELECT, INSERT, DELETE ON import_batches TO cryptodesk_strategies;
            """)
}
