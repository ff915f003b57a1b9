import FoundationEssentials
import Postgres

/// Makes a new data folder out of a base backup and archived WAL, as the cluster was at one moment.
package struct ClusterRestore: Sendable {
    /// What the recovered folder is given to: a new cluster's first server.
    private static let server = PostgresServer(1)

    private let archive: BackupArchive
    private let target: DataFolder
    private let time: PointInTime?
    private let repository: String
    private let progress: Progress
    private let launcher: Launcher

    private var layout: ClusterLayout { target.layout }

    /// - Parameters:
    ///   - target: must not exist yet, or be empty.
    ///   - time: `nil` restores all that the archive has.
    ///   - repository: the folder with `deploy/postgres`.
    package init(
        from archive: BackupArchive, into target: DataFolder, to time: PointInTime?, repository: String,
        progress: Progress
    ) throws {
        self.archive = archive
        self.target = target
        self.time = time
        self.repository = repository
        self.progress = progress
        launcher = try Launcher()
    }

    /// - Parameter knownEpoch: the last promotion that the cluster's clients may have been told of.
    /// - Throws: ``ClusterError``; the target folder is removed then.
    package func run(knownEpoch: Int) async throws -> RestoredCluster {
        let start = ContinuousClock.now
        let backup = try chooseBackup()
        try archive.checkComplete(from: backup)
        try checkTarget()
        let log = archive.segments().filter { $0.segment.number >= WALSegment(name: backup.firstSegment)?.number ?? 0 }
        try DiskRoom(at: layout.folder).check(
            backup.bytes + log.count * WALSegment.bytes, for: "The restored cluster", at: layout.folder)
        guard let lock = try target.open() else { throw ClusterError("A cluster runs in \(layout.folder).") }
        defer { target.removeShortRunFolder() }
        do {
            let restored = try await restore(backup, knownEpoch: knownEpoch, start: start)
            withExtendedLifetime(lock) {}
            return restored
        } catch {
            // What is half restored must not be taken for whole. It was empty before.
            try? FileManager.default.removeItem(atPath: layout.folder)
            throw error
        }
    }

    private func restore(
        _ backup: BackupRecord, knownEpoch: Int, start: ContinuousClock.Instant
    ) async throws -> RestoredCluster {
        try await progress.step {
            try copy(backup)
            return "backup \(backup.name) copied to \(layout.folder)"
        }
        let programs = try ServerSearch.programs(
            servicesFolder: "", needsNginx: false, dataVersion: backup.postgresVersion)
        let server = RecoveryServer(
            folder: PostgresFolder(Self.server, layout), layout: layout, programs: programs, launcher: launcher)
        try await progress.step {
            try await server.check("pg_verifybackup", ["--quiet", server.folder.path])
            return "its files are what its manifest says (SHA-256)"
        }
        try WALScripts(repository: repository).write(to: layout)
        try await progress.step {
            try await server.recover(from: archive, to: time)
            return "WAL replayed to \(time?.description ?? "its end")"
        }
        let content = RecoveredContent(
            url: server.url, password: try SecretFiles.passwords(layout).superuser)
        let epoch = max(knownEpoch, backup.epoch, try await content.newestEpoch() ?? 0) + 1
        let rows = try await content.rows()
        let lastCommit = try await content.lastCommit()
        try await content.begin(epoch: epoch, as: Self.server)
        try await server.stop()
        try await progress.step {
            try await server.check("pg_checksums", ["--check", "--pgdata", server.folder.path])
            return "every page has the right checksum, \(rows.values.reduce(0, +)) rows in \(rows.count) tables"
        }
        try PrimaryRecordFile(layout).write(PrimaryRecord(epoch: epoch, primary: Self.server))
        return RestoredCluster(
            folder: layout.folder, backup: backup.name, lastCommit: lastCommit, epoch: epoch, rows: rows,
            seconds: ((ContinuousClock.now - start).asSeconds * 100).rounded() / 100)
    }

    // MARK: Checks

    private func chooseBackup() throws(ClusterError) -> BackupRecord {
        try archive.check()
        let backups = archive.backups()
        guard let oldest = backups.first else {
            throw ClusterError("There is no backup in \(archive.folder): run ./desk backup.")
        }
        if let time, time.date > Date() { throw ClusterError("\(time) lies in the future.") }
        guard let backup = BackupRecord.latest(of: backups, before: time) else {
            throw ClusterError(
                "\(time?.description ?? "") is before the oldest backup, which was finished at \(oldest.finished).")
        }
        return backup
    }

    private func checkTarget() throws(ClusterError) {
        let content = (try? FileManager.default.contentsOfDirectory(atPath: layout.folder)) ?? []
        guard content.isEmpty else {
            throw ClusterError("The folder \(layout.folder) is not empty: a cluster is restored into a new one.")
        }
    }

    // MARK: Files

    private func copy(_ backup: BackupRecord) throws {
        let folder = PostgresFolder(Self.server, layout)
        for (source, copy) in [
            (archive.secretsFolder(backup.name), layout.secretsFolder),
            (archive.keysFolder(backup.name), layout.keysFolder),
        ] {
            try FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: source, toPath: copy)
        }
        try FileManager.default.copyItem(atPath: archive.dataFolder(backup.name), toPath: folder.path)
        try folder.giveToPostgres()
    }
}
