/// The scripts of `deploy/postgres`, which archive WAL, bring it back, and begin an epoch, where PostgreSQL's user can read them.
struct WALScripts {
    let repository: String

    func write(to layout: ClusterLayout) throws {
        for (name, path) in [
            ("archive-wal.sh", layout.archiveScript), ("restore-wal.sh", layout.restoreScript),
            ("begin-epoch.sh", layout.epochScript),
        ] {
            guard let text = Files.read("\(repository)/deploy/postgres/\(name)") else {
                throw ClusterError("The file deploy/postgres/\(name) is missing in \(repository).")
            }
            try Files.write(text, to: path)
        }
    }
}
