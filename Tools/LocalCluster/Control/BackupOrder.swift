/// How a backup is wanted.
package struct BackupOrder: Codable, Hashable, Sendable {
    /// The folder for it; without one that of the last backup, or one beside the data folder.
    package let archive: String?
    /// How many backups are kept, this one included; at least 1.
    package let keep: Int

    package init(archive: String? = nil, keep: Int) {
        self.archive = archive
        self.keep = keep
    }
}
