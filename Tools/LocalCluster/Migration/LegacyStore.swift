/// SQL of what a migration adds to the database that is migrated from, and of what it reads and writes there.
///
/// The table is `tasks` (`id`, `owner_id`, `title`, `description`), and its owner runs all of this.
enum LegacyStore {
    /// Of the lock that a change of the owner waits for writes with, and that bringing changes over takes turns with.
    static let ownershipLock = 7_165_075_617_583_461_228
    static let applierLock = 7_165_075_617_583_461_229

    /// The first id that our side draws; the monolith's stay below.
    static let firstOwnID = 1_000_000_000

    /// Adds the outbox, the owner of writes and their triggers, as ours has them; may run any time.
    static let install = """
        CREATE SCHEMA IF NOT EXISTS cryptodesk;
        CREATE TABLE IF NOT EXISTS cryptodesk.capture_outbox (
            id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            row_id      bigint      NOT NULL,
            captured_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE IF NOT EXISTS cryptodesk.write_ownership (
            id         integer     PRIMARY KEY DEFAULT 1 CHECK (id = 1),
            owner      text        NOT NULL CHECK (owner IN ('legacy', 'candidate')),
            epoch      bigint      NOT NULL CHECK (epoch > 0),
            changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        INSERT INTO cryptodesk.write_ownership (owner, epoch) VALUES ('legacy', 1) ON CONFLICT DO NOTHING;

        CREATE OR REPLACE FUNCTION cryptodesk.capture_task_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('cryptodesk.applier', true) = 'on' THEN RETURN NULL; END IF;
            INSERT INTO cryptodesk.capture_outbox (row_id) VALUES (coalesce(NEW.id, OLD.id));
            RETURN NULL;
        END
        $$;
        CREATE OR REPLACE FUNCTION cryptodesk.guard_task_owner() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            sent_epoch bigint := nullif(current_setting('cryptodesk.write_epoch', true), '')::bigint;
            ownership  cryptodesk.write_ownership;
        BEGIN
            IF current_setting('cryptodesk.applier', true) = 'on' THEN RETURN coalesce(NEW, OLD); END IF;
            PERFORM pg_advisory_xact_lock_shared(\(ownershipLock));
            SELECT * INTO ownership FROM cryptodesk.write_ownership;
            IF ownership.owner <> 'legacy' OR sent_epoch < ownership.epoch THEN
                RAISE EXCEPTION USING ERRCODE = 'CD003', MESSAGE = 'writes belong to the other store';
            END IF;
            RETURN coalesce(NEW, OLD);
        END
        $$;
        CREATE OR REPLACE TRIGGER cryptodesk_capture AFTER INSERT OR UPDATE OR DELETE ON tasks
            FOR EACH ROW EXECUTE FUNCTION cryptodesk.capture_task_change();
        CREATE OR REPLACE TRIGGER cryptodesk_owner BEFORE INSERT OR UPDATE OR DELETE ON tasks
            FOR EACH ROW EXECUTE FUNCTION cryptodesk.guard_task_owner();
        DO $$ BEGIN
            EXECUTE format('ALTER SEQUENCE %s MAXVALUE \(firstOwnID - 1)', pg_get_serial_sequence('tasks', 'id'));
        END $$;
        """

    /// Takes it all away again; the ids drawn there stay below ours.
    static let remove = """
        DROP TRIGGER IF EXISTS cryptodesk_capture ON tasks;
        DROP TRIGGER IF EXISTS cryptodesk_owner ON tasks;
        DROP SCHEMA IF EXISTS cryptodesk CASCADE;
        """

    static let isInstalled = "SELECT to_regclass('cryptodesk.write_ownership') IS NOT NULL"
    static let ownership = "SELECT owner, epoch FROM cryptodesk.write_ownership"
    /// `$1` owner, `$2` epoch; in a transaction, after ``lockOwnership``.
    static let setOwner = """
        UPDATE cryptodesk.write_ownership SET owner = $1, epoch = $2::bigint, changed_at = clock_timestamp()
        """
    static let lockOwnership = "SELECT pg_advisory_xact_lock(\(ownershipLock))"

    // MARK: Rows

    /// What both sides agree on: a count, and a checksum over ids, owners and texts in the order of ids.
    static let summary = """
        count(*), md5(coalesce(string_agg(
            concat_ws(' ', id, owner, md5(title), coalesce(md5(description), '-')), ',' ORDER BY id), ''))
        """

    /// The tasks as both sides show them: `id`, `owner` (the monolith's number of the user), `title`, `description`.
    static let rows = "SELECT id::bigint, owner_id::bigint AS owner, title::text, description FROM tasks"

    /// Ids of outbox entries as an array, ids of rows as an array, and the rows as they are now; the oldest entries first.
    static func changes(limit: Int) -> String {
        changes(outbox: "cryptodesk.capture_outbox", rows: rows, limit: limit)
    }

    static func changes(outbox: String, rows: String, limit: Int) -> String {
        """
        WITH captured AS (SELECT id, row_id FROM \(outbox) ORDER BY id LIMIT \(limit)),
             shown AS (SELECT * FROM (\(rows)) AS r WHERE r.id IN (SELECT row_id FROM captured))
        SELECT (SELECT array_agg(id) FROM captured)::text, (SELECT array_agg(DISTINCT row_id) FROM captured)::text,
               coalesce((SELECT jsonb_agg(shown) FROM shown), '[]')::text,
               (SELECT count(*) FROM captured)
        """
    }

    static let forget = "DELETE FROM cryptodesk.capture_outbox WHERE id = ANY ($1::bigint[])"
    static let pending =
        "SELECT count(*), extract(epoch FROM now() - min(captured_at))::bigint FROM cryptodesk.capture_outbox"

    /// `$1` rows as ``changes(limit:)`` shows them, `$2` ids of all that were asked for. Ids and why they were left.
    static let apply = """
        WITH gone AS (
            DELETE FROM tasks WHERE id = ANY ($2::bigint[])
                AND id NOT IN (SELECT id FROM jsonb_to_recordset($1::jsonb) AS r (id bigint))
        ), judged AS (
            SELECT r.*, u.id AS user_id
            FROM jsonb_to_recordset($1::jsonb) AS r (id bigint, owner bigint, title text, description text)
            LEFT JOIN users u ON u.id = r.owner
        ), written AS (
            INSERT INTO tasks AS t (id, owner_id, title, description)
            SELECT id, user_id, title, description FROM judged WHERE user_id IS NOT NULL
            ON CONFLICT (id) DO UPDATE
                SET owner_id = excluded.owner_id, title = excluded.title, description = excluded.description
                WHERE (t.owner_id, t.title, t.description)
                    IS DISTINCT FROM (excluded.owner_id, excluded.title, excluded.description)
        )
        SELECT id, 'its owner is no user there' FROM judged WHERE user_id IS NULL ORDER BY id
        """
}
