import ArgumentParser
import LocalCluster

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Back the running cluster's PostgreSQL up, and archive its WAL from then on.",
        discussion: """
            The first backup of a cluster also turns on the archive of its WAL, at most a minute of which is not there \
            yet: from then on `desk restore` can go back to any moment. The passwords and signing keys are in a backup, \
            so keep its folder as closed as the data folder.
            """)

    @OptionGroup var data: DataOption
    @OptionGroup var archive: ArchiveOption

    @Option(help: "How many backups are kept, this one included; older ones are removed with their WAL.")
    var keep = 7

    @Flag(help: "Show the backups that there are, and make none.")
    var list = false

    @Flag(help: "Print JSON for programs.")
    var json = false

    func validate() throws {
        guard keep >= 1 else { throw ValidationError("--keep must be at least 1.") }
    }

    func run() async throws {
        if list { return try show() }
        let cluster = try await data.runningCluster()
        let isQuiet = json
        let order = BackupOrder(archive: archive.path.map { BackupArchive(path: $0).folder }, keep: keep)
        guard
            let reply = try await ControlClient(cluster.layout).send(
                ControlRequest(.backup, backup: order), progress: { if !isQuiet { Console.say($0) } })
        else { throw ClusterError("The supervisor has just ended.") }
        if let error = reply.error { throw ClusterError(error) }
        guard let backup = reply.backup else { throw ClusterError("The supervisor made no backup.") }
        if json {
            try Console.say(json: backup)
        } else {
            Console.say("Backup \(backup.name) can be restored to any moment since \(backup.finished).")
        }
    }

    private func show() throws {
        let archive = archive.archive(of: try data.folder())
        try archive.check()
        let backups = archive.backups()
        if json { return try Console.say(json: backups) }
        let rows = backups.map { backup in
            [backup.name, backup.finished.description, "\(backup.bytes >> 20)", "\(backup.epoch)", backup.firstSegment]
        }
        Console.say(
            TextTable(["backup", "restorable from", "MB", "epoch", "first WAL file"], rows, rightAligned: [2, 3]).text)
        Console.say("\(archive.folder) · \(archive.segments().count) WAL files")
    }
}
