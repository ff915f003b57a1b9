import FoundationEssentials
import Glibc
import Postgres

/// A PostgreSQL that replays a base backup's WAL up to a moment, on a Unix socket alone.
struct RecoveryServer: Sendable {
    private static let port = 5432
    /// A recovery may replay days of WAL.
    private static let limit: Duration = .seconds(24 * 3600)
    private static let log = "restore"

    let folder: PostgresFolder
    let layout: ClusterLayout
    let programs: ServerPrograms
    let launcher: Launcher
    private let child = Latch<ChildProcess>()

    init(folder: PostgresFolder, layout: ClusterLayout, programs: ServerPrograms, launcher: Launcher) {
        self.folder = folder
        self.layout = layout
        self.programs = programs
        self.launcher = launcher
    }

    var url: @Sendable (String) -> String {
        let socketFolder = layout.postgresSocketFolder
        return { DatabaseRole.superuser.url(socketFolder: socketFolder, port: Self.port, database: $0) }
    }

    /// Starts the server; when this returns it has replayed what it should and takes writes.
    ///
    /// - Throws: ``ClusterError`` when the archive does not reach that far, or is damaged.
    func recover(from archive: BackupArchive, to time: PointInTime?) async throws {
        let configuration = layout.configurationFolder + "/recovery.conf"
        try Files.write(settings(archive, time), to: configuration)
        try Files.write("local all all scram-sha-256\n", to: layout.configurationFolder + "/pg_hba.conf")
        try Files.write("", to: layout.configurationFolder + "/pg_ident.conf")
        try folder.beginRecovery()
        let server = try await launcher.launch(
            LaunchRequest(
                executable: programs.postgres("postgres"),
                arguments: ["-D", folder.path, "-c", "config_file=\(configuration)"],
                environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"],
                workingFolder: "/", account: .unprivileged(for: .postgres), output: layout.log(Self.log)))
        child.set(server)
        let deadline = ContinuousClock.now + Self.limit
        while await !isOver() {
            guard server.exit.current == nil, ContinuousClock.now < deadline else { throw failure(time) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// PostgreSQL removes the file just before it takes writes.
    private func isOver() async -> Bool {
        guard !folder.isRecovering, let password = try? SecretFiles.passwords(layout).superuser,
            let session = try? await PostgresSession.connect(url: url("postgres"), password: password)
        else { return false }
        return (try? await session.execute("select pg_is_in_recovery()").boolean(0, 0)) == false
    }

    /// Stops the server in order.
    func stop() async throws {
        guard let child = child.current else { return }
        kill(child.pid, SIGINT)
        guard let exit = await child.exit.value(within: .seconds(120)), exit == .status(0) else {
            throw ClusterError("The restored PostgreSQL did not stop in order: try again.")
        }
    }

    /// Runs one of PostgreSQL's programs that check a folder.
    func check(_ program: String, _ arguments: [String]) async throws {
        let exit = try await launcher.run(
            LaunchRequest(
                executable: programs.postgres(program), arguments: arguments,
                environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], workingFolder: "/",
                account: .unprivileged(for: .postgres), output: layout.log(Self.log)))
        guard exit == .status(0) else {
            let said = LogFiles(layout).lastWords(Self.log).map { " (“\($0)”)" } ?? ""
            throw ClusterError("The backup is damaged: \(program) \(exit)\(said).")
        }
    }

    private func failure(_ time: PointInTime?) -> ClusterError {
        let words = LogFiles(layout).tail(Self.log, bytes: 65_536)
        if words.contains("recovery ended before configured recovery target was reached") {
            return ClusterError(
                "The archive ends before \(time?.description ?? "the end of the backup"): "
                    + "without --to, all that it has is restored.")
        }
        let damage = words.split(separator: "\n").last { $0.contains("is damaged") }
        let said = damage.map(String.init) ?? LogFiles(layout).lastWords(Self.log) ?? "no word"
        return ClusterError("PostgreSQL could not recover the backup (“\(said)”).")
    }

    private func settings(_ archive: BackupArchive, _ time: PointInTime?) -> String {
        let command = "sh \(ShellWord(layout.restoreScript)) \(ShellWord(archive.walFolder)) %f \"%p\""
        return """
            # Written by desk restore, for the recovery alone.
            hba_file = \(PostgresFiles.quoted(layout.configurationFolder + "/pg_hba.conf"))
            ident_file = \(PostgresFiles.quoted(layout.configurationFolder + "/pg_ident.conf"))
            listen_addresses = ''
            port = \(Self.port)
            unix_socket_directories = \(PostgresFiles.quoted(layout.postgresSocketFolder))
            unix_socket_permissions = 0700
            max_connections = 300
            max_wal_senders = 20
            wal_log_hints = on
            archive_mode = off
            restore_command = \(PostgresFiles.quoted(command))
            recovery_target_timeline = 'latest'
            recovery_target_action = 'promote'
            \(time.map { "recovery_target_time = '\($0.recoveryTarget)'" } ?? "")
            timezone = 'UTC'
            log_timezone = 'UTC'
            logging_collector = off

            """
    }
}
