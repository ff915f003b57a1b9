import FoundationEssentials
import Glibc

/// Makes the PostgreSQL servers' data folders: the first one from nothing, the others from the primary's.
struct DatabaseFolderSetup {
    let topology: ClusterTopology
    let launcher: Launcher

    var layout: ClusterLayout { topology.layout }
    private var programs: ServerPrograms { topology.programs }
    var account: Account? { .unprivileged(for: .postgres) }
    /// The log of the programs that are run here.
    static let log = "setup"

    /// Runs `initdb`.
    func initialise(_ server: PostgresServer) async throws {
        let folder = PostgresFolder(server, layout)
        // A run that was cut off must not be taken for a whole one: only what is complete gets the name.
        try? FileManager.default.removeItem(atPath: folder.draft)
        try Files.makeFolder(folder.draft, mode: 0o700, owner: account)
        let passwordFile = layout.runFolder + "/superuser.password"
        try Files.write(topology.secrets.superuser + "\n", to: passwordFile, mode: 0o600, owner: account)
        defer { unlink(passwordFile) }
        let isDone = try await run(
            "initdb",
            [
                "--pgdata", folder.draft, "--username", DatabaseRole.superuser.rawValue, "--pwfile", passwordFile,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
                "--no-instructions",
            ])
        guard isDone else { throw failure("PostgreSQL's data folder could not be made") }
        try Files.move(folder.draft, to: folder.path)
    }

    /// Copies the running primary (`pg_basebackup`). Its slot for this server keeps the log from then on.
    ///
    /// - Parameter progress: told every few seconds how far it is, as in `45%`.
    func copy(
        to server: PostgresServer, from primary: PostgresServer, progress: @escaping @Sendable (String) -> Void
    ) async throws {
        let folder = PostgresFolder(server, layout)
        for path in [folder.draft, folder.rewinding] { try? FileManager.default.removeItem(atPath: path) }
        try Files.makeFolder(folder.draft, mode: 0o700, owner: account)
        let isDone = try await copy(
            from: primary, to: folder.draft, options: ["--slot", server.slot], progress: progress)
        guard isDone else {
            throw failure("\(server.name) could not be copied from \(primary.name)")
        }
        try PostgresFolder(folder.draft).makeStandby()
        try? FileManager.default.removeItem(atPath: folder.path)
        try Files.move(folder.draft, to: folder.path)
    }

    /// Runs `pg_basebackup`, with the WAL that is written meanwhile.
    ///
    /// - Returns: whether it ended well.
    func copy(
        from primary: PostgresServer, to folder: String, options: [String],
        progress: @escaping @Sendable (String) -> Void
    ) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await run(
                    "pg_basebackup",
                    [
                        "--pgdata", folder, "--host", layout.postgresSocketFolder,
                        "--port", "\(topology.ports.postgres(primary))",
                        "--username", DatabaseRole.replication.rawValue, "--no-password",
                        "--wal-method", "stream", "--checkpoint", "fast", "--progress",
                    ] + options, environment: ["PGPASSFILE": layout.replicationPasswordFile])
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(3))
                    if let share = LogFiles(layout).lastShare(Self.log) { progress(share) }
                }
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }

    /// Takes back what a former primary has and the primary has not (`pg_rewind`). False when that is not possible.
    ///
    /// Meanwhile the folder has another name: it is without its fence then.
    func rewind(_ server: PostgresServer, to primary: PostgresServer) async throws -> Bool {
        let folder = PostgresFolder(server, layout)
        let aside = PostgresFolder(folder.rewinding)
        try? FileManager.default.removeItem(atPath: aside.path)
        try Files.move(folder.path, to: aside.path)
        // pg_rewind recovers a server that was killed, which PostgreSQL does not do to a standby.
        try aside.unfence()
        let source =
            "host='\(layout.postgresSocketFolder)' port=\(topology.ports.postgres(primary)) "
            + "user=\(DatabaseRole.superuser.rawValue) dbname=postgres connect_timeout=5"
        let isDone = try await run(
            "pg_rewind", ["--target-pgdata", aside.path, "--source-server", source],
            environment: ["PGPASSWORD": topology.secrets.superuser])
        guard isDone else { return false }
        try aside.makeStandby()
        try Files.move(aside.path, to: folder.path)
        return true
    }

    /// Whether the program ended well.
    func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> Bool {
        let common = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
        let exit = try await launcher.run(
            LaunchRequest(
                executable: programs.postgres(program), arguments: arguments,
                environment: common.merging(environment) { $1 }, workingFolder: "/", account: account,
                output: layout.log(Self.log)))
        return exit == .status(0)
    }

    func failure(_ what: String) -> ClusterError {
        let said = LogFiles(layout).lastWords(Self.log).map { " (“\($0)”)" } ?? ""
        return ClusterError("\(what)\(said): see \(layout.log(Self.log)).")
    }
}
