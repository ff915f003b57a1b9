import ArgumentParser
import FoundationEssentials
import LocalCluster

/// Which folder holds a cluster's backups.
struct ArchiveOption: ParsableArguments {
    @Option(
        name: .customLong("archive"),
        help: ArgumentHelp(
            "The folder of the backups. (default: that of the last backup, or DATA-backups beside the data folder)",
            valueName: "folder"))
    var path: String?

    /// - Parameter folder: the cluster's, which need not exist any more.
    func archive(of folder: DataFolder) -> BackupArchive {
        path.map(BackupArchive.init(path:)) ?? BackupArchive(of: folder.layout) ?? BackupArchive(besides: folder.layout)
    }
}
