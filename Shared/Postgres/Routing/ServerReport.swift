/// What a server says of itself when it is asked.
package struct ServerReport: Hashable, Sendable {
    /// Its `cluster_name`.
    package var name: String
    /// It replays another server's log and takes no writes.
    package var isInRecovery: Bool
    /// The newest row of `primary_epochs` that it has.
    package var epoch: Int
    /// That row names this server, or none.
    package var isNamedByEpoch: Bool
    package var beat: Int
    /// How long ago the beat was raised, by the clock of the server that was asked. Only the primary's counts: it is the
    /// clock that the beat's time was taken from.
    package var beatAge: Duration

    package init(
        name: String, isInRecovery: Bool, epoch: Int, isNamedByEpoch: Bool, beat: Int, beatAge: Duration
    ) {
        self.name = name
        self.isInRecovery = isInRecovery
        self.epoch = epoch
        self.isNamedByEpoch = isNamedByEpoch
        self.beat = beat
        self.beatAge = beatAge
    }
}

extension ServerReport {
    static let question = Statement(
        "cryptodesk_probe",
        """
        SELECT pg_is_in_recovery(), current_setting('cluster_name'),
               e.epoch, e.server IN ('', current_setting('cluster_name')),
               h.beat, (extract(epoch FROM clock_timestamp() - h.beat_at) * 1000)::bigint
        FROM replication_heartbeat h, (SELECT epoch, server FROM primary_epochs ORDER BY epoch DESC LIMIT 1) e
        """)

    /// Raises the beat unless somebody has within the last `$1` milliseconds: however many ask for it at once, one does,
    /// since the others wait for its row and then see that it is new.
    static let raiseBeat = Statement(
        "cryptodesk_raise_beat",
        """
        UPDATE replication_heartbeat SET beat = beat + 1, beat_at = clock_timestamp()
        WHERE clock_timestamp() - beat_at NOT BETWEEN interval '0' AND $1::bigint * interval '1 millisecond'
        RETURNING beat
        """)

    /// - Parameter rows: the answer to ``question``.
    /// - Throws: ``PostgresError`` with code `protocolViolation` where a row of the two tables is missing.
    init(_ rows: PostgresRows) throws(PostgresError) {
        guard let isInRecovery = rows.boolean(0, 0), let name = rows.text(0, 1), let epoch = rows.integer(0, 2),
            let isNamedByEpoch = rows.boolean(0, 3), let beat = rows.integer(0, 4), let age = rows.integer(0, 5)
        else { throw PostgresError(.protocolViolation, "primary_epochs or replication_heartbeat is empty") }
        self.init(
            name: name, isInRecovery: isInRecovery, epoch: epoch, isNamedByEpoch: isNamedByEpoch, beat: beat,
            beatAge: .milliseconds(age))
    }
}
