import ArgumentParser
import LocalCluster

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a new data folder out of a backup, as the cluster was at one moment.",
        discussion: """
            The archive's checksums are checked, the WAL is replayed up to that moment, every page is read, and all \
            sessions are ended, since those that ended later would be alive again. The cluster that was backed up is \
            left as it is. Start the new one with `desk up --data FOLDER`.
            """)

    @Option(help: ArgumentHelp("The new data folder.", valueName: "folder"))
    var into: String

    @Option(
        help: ArgumentHelp(
            "The moment, such as 2026-11-27T22:10:00Z. (default: the end of the archive)", valueName: "time"))
    var to: String?

    @OptionGroup var data: DataOption
    @OptionGroup var archive: ArchiveOption

    @Flag(help: "Print JSON for programs.")
    var json = false

    func run() async throws {
        let time = try to.map { text in
            guard let time = PointInTime(text) else {
                throw ValidationError("--to takes a moment such as 2026-11-27T22:10:00Z, not “\(text)”.")
            }
            return time
        }
        let source = try data.folder()
        let archive = archive.archive(of: source)
        try archive.check()
        try await completeArchive(of: source, archive)
        let installation = try Installation.find()
        let isQuiet = json
        let restored = try await ClusterRestore(
            from: archive, into: DataFolder(path: into), to: time, repository: installation.repository,
            progress: Progress { if !isQuiet { Console.say($0) } }
        ).run(knownEpoch: source.knownEpoch)
        if json { return try Console.say(json: restored) }
        let rows = restored.rows.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] }
        Console.say(TextTable(["table", "rows"], rows, rightAligned: [1]).text)
        Console.say(
            "Restored \(restored.lastCommit.map { "up to the commit of \($0)" } ?? "as it was backed up") in "
                + "\(restored.seconds) s. Start it: ./desk up --data \(restored.folder)")
    }

    /// A cluster that runs archives first what it has not yet.
    private func completeArchive(of source: DataFolder, _ archive: BackupArchive) async throws {
        guard BackupArchive(of: source.layout) == archive,
            let reply = try await ControlClient(source.layout).send(ControlRequest(.archive))
        else { return }
        if let error = reply.error {
            Console.complain("The archive may lack the last minute, which the cluster could not add: \(error)")
        }
    }
}
