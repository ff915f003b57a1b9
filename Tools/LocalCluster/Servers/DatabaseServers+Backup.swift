import FoundationEssentials
import Postgres

/// Base backups and the archive of WAL files that makes any later moment restorable.
///
/// `docs/decisions/0032` says what is kept where, and why.
extension DatabaseServers {
    private static let archivingLimit: Duration = .seconds(60)

    /// Copies the primary into the archive, and removes what is older than the backups that are to be kept.
    ///
    /// - Throws: ``ClusterError`` when it could not be made; nothing has been removed then.
    func backUp(_ order: BackupOrder, progress: Progress) async throws -> BackupRecord {
        let archive =
            order.archive.map(BackupArchive.init(path:)) ?? self.archive ?? BackupArchive(besides: topology.layout)
        try checkPlace(of: archive)
        try await checkRoom(in: archive)
        try archive.open()
        try await beginArchiving(to: archive)
        try await progress.step {
            try await archiveNow()
            return "WAL is archived to \(archive.walFolder)"
        }
        let draft = PointInTime(Date()).fileName
        let start = ContinuousClock.now
        let record = try await setup.backUp(primary, as: draft, in: archive, epoch: record.epoch) { share in
            progress.say("\(share) of \(self.primary.name) copied")
        }
        progress.say(
            "backup \(record.name): \(record.bytes >> 20) MB, checked, \((ContinuousClock.now - start).inSeconds)")
        for name in try archive.keep(order.keep) { progress.say("backup \(name) removed") }
        return record
    }

    /// Lets the archive have all that has been committed until now.
    ///
    /// - Throws: ``ClusterError`` when WAL cannot be archived.
    func archiveNow() async throws {
        guard archive != nil else { throw ClusterError("This cluster has no archive yet: run ./desk backup first.") }
        // A commit after the moment that is meant: recovery ends before the first one that is later.
        try await sessions.execute(on: primary, "select pg_current_xact_id()")
        let segment = try await sessions.execute(
            on: primary, "select pg_walfile_name(pg_switch_wal())"
        ).text(0, 0)
        guard let segment = segment.flatMap({ WALSegment(name: $0) }) else {
            throw ClusterError("\(primary.name) does not tell the name of its WAL file.")
        }
        let deadline = ContinuousClock.now + Self.archivingLimit
        while let archive, !archive.segments().contains(where: { $0.segment == segment }) {
            guard ContinuousClock.now < deadline else {
                throw ClusterError(
                    "\(primary.name) could not archive its WAL within \(Self.archivingLimit.components.seconds) s: "
                        + "see \(topology.layout.log(primary.name)).")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Where this cluster's backups go.
    private var archive: BackupArchive? { BackupArchive(of: topology.layout) }

    private func beginArchiving(to archive: BackupArchive) async throws {
        guard self.archive != archive else { return }
        try Files.write(archive.folder + "\n", to: topology.layout.archiveRecord, mode: 0o600, isDurable: true)
        try configuration.writePostgres(primary: primary)
        for server in servers { await reload(server) }
        // A server tells its archiver a moment later.
        let deadline = ContinuousClock.now + .seconds(10)
        let script = topology.layout.archiveScript
        while try await sessions.execute(on: primary, "show archive_command").text(0, 0)?.contains(script) != true {
            guard ContinuousClock.now < deadline else {
                throw ClusterError(
                    "\(primary.name) did not read its configuration: see \(topology.layout.log(primary.name)).")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func checkPlace(of archive: BackupArchive) throws {
        let data = topology.layout.folder
        guard archive.folder != data, !archive.folder.hasPrefix(data + "/") else {
            throw ClusterError(
                "The folder \(archive.folder) is inside of the data folder, and would be lost with it: name another one."
            )
        }
        try Account.unprivileged(for: .postgres)?.checkReach(archive.folder, option: "--archive")
    }

    private func checkRoom(in archive: BackupArchive) async throws {
        let rows = try await sessions.execute(on: primary, "select sum(pg_database_size(oid))::bigint from pg_database")
        try DiskRoom(at: archive.folder).check(rows.integer(0, 0) ?? 0, for: "The backup", at: archive.folder)
    }
}
