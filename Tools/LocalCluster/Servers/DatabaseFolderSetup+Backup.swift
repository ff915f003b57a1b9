import FoundationEssentials
import Glibc

extension DatabaseFolderSetup {
    /// Copies the running primary and the cluster's secrets into the archive, and checks the copy against its manifest.
    ///
    /// - Parameter progress: told every few seconds how far it is, as in `45%`.
    func backUp(
        _ primary: PostgresServer, as name: String, in archive: BackupArchive, epoch: Int,
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> BackupRecord {
        guard archive.backups().allSatisfy({ $0.name != name }) else {
            throw ClusterError("There is a backup \(name) already: wait a second.")
        }
        let draft = name + ".new"
        try archive.removeDrafts()
        try Files.makeFolder(archive.backupFolder(draft), mode: Account.isRoot ? 0o711 : 0o700)
        try Files.makeFolder(archive.dataFolder(draft), mode: 0o700, owner: account)
        do {
            guard
                try await copy(
                    from: primary, to: archive.dataFolder(draft), options: ["--manifest-checksums", "SHA256"],
                    progress: progress)
            else { throw failure("\(primary.name) could not be backed up") }
            guard try await run("pg_verifybackup", ["--quiet", archive.dataFolder(draft)]) else {
                throw failure("The backup is not what \(primary.name) has sent")
            }
            for (source, copy) in [
                (layout.secretsFolder, archive.secretsFolder(draft)), (layout.keysFolder, archive.keysFolder(draft)),
            ] { try FileManager.default.copyItem(atPath: source, toPath: copy) }
            guard let label = Files.read(archive.dataFolder(draft) + "/backup_label"),
                let first = WALSegment.first(ofBackupLabel: label)
            else { throw ClusterError("The backup has no readable label: see \(archive.dataFolder(draft)).") }
            let record = BackupRecord(
                name: name, finished: PointInTime(Date()), firstSegment: first, epoch: epoch,
                bytes: DiskRoom.bytes(below: archive.dataFolder(draft)),
                postgresVersion: PostgresFolder(archive.dataFolder(draft)).version ?? 0)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try Files.write(
                String(decoding: try encoder.encode(record), as: UTF8.self) + "\n", to: archive.recordFile(draft),
                mode: 0o600, isDurable: true)
            try Files.move(archive.backupFolder(draft), to: archive.backupFolder(name))
            return record
        } catch {
            try? FileManager.default.removeItem(atPath: archive.backupFolder(draft))
            throw error
        }
    }
}
