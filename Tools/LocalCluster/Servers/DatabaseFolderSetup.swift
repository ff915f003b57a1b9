import FoundationEssentials
import Glibc

/// Makes PostgreSQL's data folder.
struct DatabaseFolderSetup {
    let topology: ClusterTopology
    let launcher: Launcher

    private var layout: ClusterLayout { topology.layout }
    private var programs: ServerPrograms { topology.programs }
    private static let log = "setup"

    /// Runs `initdb` unless there is data already. True when it did.
    func initialise() async throws -> Bool {
        if Files.exists(layout.postgresFolder + "/PG_VERSION") { return false }
        let account = Account.unprivileged(for: .postgres)
        // A run that was cut off must not be taken for a whole one: only what is complete gets the name.
        let draft = layout.postgresFolder + ".new"
        try? FileManager.default.removeItem(atPath: draft)
        try Files.makeFolder(draft, mode: 0o700, owner: account)
        let passwordFile = layout.runFolder + "/superuser.password"
        try Files.write(topology.secrets.superuser + "\n", to: passwordFile, mode: 0o600, owner: account)
        defer { unlink(passwordFile) }
        let exit = try await launcher.run(
            LaunchRequest(
                executable: programs.postgres("initdb"),
                arguments: [
                    "--pgdata", draft, "--username", DatabaseRole.superuser.rawValue, "--pwfile", passwordFile,
                    "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
                    "--no-instructions",
                ],
                environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], workingFolder: "/", account: account,
                output: layout.log(Self.log)))
        guard exit == .status(0), rename(draft, layout.postgresFolder) == 0 else {
            throw failure("PostgreSQL's data folder could not be made")
        }
        return true
    }

    private func failure(_ what: String) -> ClusterError {
        let said = LogFiles(layout).lastWords(Self.log).map { " (“\($0)”)" } ?? ""
        return ClusterError("\(what)\(said): see \(layout.log(Self.log)).")
    }
}
