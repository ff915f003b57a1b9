import FoundationEssentials
import Glibc

/// A folder with the base backups of one cluster and the WAL files since the oldest of them.
///
/// It lies outside the data folder, so that whoever loses or removes that one has this one still.
package struct BackupArchive: Hashable, Sendable {
    private static let mark = "CryptoDesk backups, layout 1\n"

    package let folder: String

    package init(path: String) { folder = Files.absolute(path) }

    /// Where a cluster's backups have gone until now; `nil` before its first one.
    package init?(of layout: ClusterLayout) {
        guard let path = Files.read(layout.archiveRecord)?.split(separator: "\n").first else { return nil }
        self.init(path: String(path))
    }

    /// Where a cluster's backups go unless another folder is asked for.
    package init(besides layout: ClusterLayout) { folder = layout.folder + "-backups" }

    package var walFolder: String { folder + "/wal" }
    private var baseFolder: String { folder + "/base" }
    private var markFile: String { folder + "/layout" }

    package func backupFolder(_ name: String) -> String { "\(baseFolder)/\(name)" }
    /// PostgreSQL's data folder of a backup.
    package func dataFolder(_ name: String) -> String { backupFolder(name) + "/data" }
    func secretsFolder(_ name: String) -> String { backupFolder(name) + "/secrets" }
    func keysFolder(_ name: String) -> String { backupFolder(name) + "/keys" }
    func recordFile(_ name: String) -> String { backupFolder(name) + "/backup.json" }

    // MARK: Making

    /// Makes the folder, or makes sure that it is one of ours.
    func open() throws {
        let content = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        if !content.isEmpty { try check() }
        let postgres = Account.unprivileged(for: .postgres)
        let pass: UInt32 = Account.isRoot ? 0o711 : 0o700
        try Files.makeFolder(folder, mode: pass)
        try Files.makeFolder(baseFolder, mode: pass)
        try Files.makeFolder(walFolder, mode: 0o700, owner: postgres)
        try Files.write(Self.mark, to: markFile)
    }

    /// Removes what a backup that was cut off has left.
    func removeDrafts() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: baseFolder)) ?? []
        for name in names where name.hasSuffix(".new") {
            try FileManager.default.removeItem(atPath: backupFolder(name))
        }
    }

    /// - Throws: ``ClusterError`` when the folder has no backups of ours.
    package func check() throws(ClusterError) {
        guard Files.read(markFile) == Self.mark else {
            throw ClusterError(
                "The folder \(folder) holds no backups of CryptoDesk: name the right one with --archive.")
        }
    }

    // MARK: Content

    /// All complete base backups, the oldest first.
    package func backups() -> [BackupRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: baseFolder)) ?? []
        return names.compactMap { name in
            guard let text = Files.read(recordFile(name)) else { return nil }
            return try? JSONDecoder().decode(BackupRecord.self, from: Data(text.utf8))
        }.filter { names.contains($0.name) }.sorted { $0.finished < $1.finished }
    }

    /// The WAL files that are there, each with its file name.
    package func segments() -> [(segment: WALSegment, file: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: walFolder)) ?? []
        return names.compactMap { name in WALSegment(name: name.prefix { $0 != "-" }).map { ($0, name) } }
    }

    /// - Throws: ``ClusterError`` when WAL between a backup's beginning and the archive's end is missing.
    package func checkComplete(from backup: BackupRecord) throws(ClusterError) {
        guard let first = WALSegment(name: backup.firstSegment) else {
            throw ClusterError("The record of the backup \(backup.name) is damaged: restore an older one with --to.")
        }
        guard let gap = WALSegment.gap(in: segments().map(\.segment), from: first.number) else { return }
        throw ClusterError(
            "The archive \(walFolder) lacks a WAL file, number \(gap) of the log, that comes after the backup "
                + "\(backup.name): bring it back, or restore to a time before it was written.")
    }

    // MARK: Retention

    /// Removes all backups but the latest ones, and the WAL files that only they needed.
    ///
    /// - Returns: the names of those that are gone.
    func keep(_ count: Int) throws -> [String] {
        let backups = backups()
        let removed = backups.dropLast(count)
        for backup in removed {
            // Without its record it is none any more, should this be cut off.
            Files.remove(recordFile(backup.name))
            try FileManager.default.removeItem(atPath: backupFolder(backup.name))
        }
        guard let first = backups.dropFirst(removed.count).compactMap({ WALSegment(name: $0.firstSegment) }).first
        else { return removed.map(\.name) }
        // With what PostgreSQL archives beside a segment: the half of one that a promotion left, a backup's label.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: walFolder)) ?? []
        for name in names where WALSegment(name: name.prefix(24)).map({ $0.number < first.number }) ?? false {
            Files.remove("\(walFolder)/\(name)")
        }
        return removed.map(\.name)
    }
}
