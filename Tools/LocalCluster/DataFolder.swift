import FoundationEssentials
import Glibc

/// The data folder of one cluster on disk: made, checked, locked, and filled with configuration files.
package struct DataFolder: Sendable {
    /// Less than this, and PostgreSQL soon fails in ways that are harder to read.
    private static let leastFreeSpace: UInt64 = 512 << 20
    /// Had a single PostgreSQL server, in the folder `postgres`.
    private static let olderVersion = 1

    package let layout: ClusterLayout

    package init(path: String) {
        let folder = Files.absolute(path)
        layout = ClusterLayout(folder: folder, shortRunFolder: Self.shortRunFolder(for: folder))
    }

    /// Makes what is missing, and takes the lock; `nil` when another supervisor has it.
    package func open() throws -> FileLock? {
        try checkVersion()
        try Account.unprivileged(for: .postgres)?.checkReach(layout.folder, option: "--data")
        // Others may pass through to what is theirs, and list nothing.
        try Files.makeFolder(layout.folder, mode: Account.isRoot ? 0o711 : 0o700)
        guard let lock = try FileLock(path: layout.lockFile) else { return nil }
        try checkSpace()
        try takeOver()
        try makeFolders()
        try Files.write("\(ClusterLayout.version)\n", to: layout.versionFile)
        return lock
    }

    /// Whether a supervisor runs in the folder.
    package func isLocked() throws -> Bool {
        Files.exists(layout.lockFile) ? try FileLock(path: layout.lockFile) == nil : false
    }

    /// For a supervisor whose log must exist before it does.
    package func prepareLogs() throws {
        try withExtendedLifetime(open()) {}
    }

    /// The major version of PostgreSQL that wrote the data, if there is any.
    package var postgresVersion: Int? {
        (1...PostgresServer.most).lazy
            .map(PostgresServer.init)
            .compactMap { Files.read(layout.postgresFolder($0) + "/PG_VERSION") ?? managedVersion(of: $0) }
            .first?.split(separator: "\n").first.flatMap { Int($0) }
    }

    /// Whether a highly available cluster's data are in the folder; `nil` before there are any.
    package var isHighlyAvailable: Bool? {
        let servers = (1...PostgresServer.most).map(PostgresServer.init)
        if servers.contains(where: { managedVersion(of: $0) != nil }) { return true }
        return servers.contains { Files.exists(layout.postgresFolder($0) + "/PG_VERSION") } ? false : nil
    }

    private func managedVersion(of server: PostgresServer) -> String? {
        Files.read(layout.patroniFolder(server) + "/data/PG_VERSION")
    }

    /// The last promotion that this folder's cluster has told its clients of; 0 when that is not known.
    package var knownEpoch: Int {
        Files.exists(layout.primaryRecord) ? (try? PrimaryRecordFile(layout).read().epoch) ?? 0 : 0
    }

    // MARK: Checks

    private func checkVersion() throws(ClusterError) {
        guard let content = try? FileManager.default.contentsOfDirectory(atPath: layout.folder), !content.isEmpty
        else { return }
        let found = Files.read(layout.versionFile)?.split(separator: "\n").first.flatMap { Int($0) }
        guard found != ClusterLayout.version, found != Self.olderVersion else { return }
        let what = found.map { "has layout \($0), this desk uses \(ClusterLayout.version)" } ?? "is no cluster's"
        throw ClusterError(
            "The folder \(layout.folder) is not empty and \(what): move it away, or use another one with --data.")
    }

    private func checkSpace() throws(ClusterError) {
        var disk = statvfs()
        guard statvfs(layout.folder, &disk) == 0 else { return }
        let free = UInt64(disk.f_bavail) * UInt64(disk.f_frsize)
        guard free < Self.leastFreeSpace else { return }
        throw ClusterError(
            "Only \(free >> 20) MB are free for \(layout.folder), and the cluster needs \(Self.leastFreeSpace >> 20): "
                + "free some space, or use another disk with --data.")
    }

    // MARK: Folders

    /// Makes the only PostgreSQL server of an older folder the first of this one.
    private func takeOver() throws {
        let older = layout.folder + "/postgres"
        let first = layout.postgresFolder(PostgresServer(1))
        guard Files.exists(older + "/PG_VERSION"), !Files.exists(first) else { return }
        try Files.move(older, to: first)
    }

    private func makeFolders() throws {
        let pass: UInt32 = Account.isRoot ? 0o711 : 0o700
        try Files.makeFolder(layout.secretsFolder, mode: 0o700)
        try Files.makeFolder(layout.keysFolder, mode: 0o700)
        try Files.makeFolder(layout.logsFolder, mode: pass)
        try Files.makeFolder(layout.configurationFolder, mode: Account.isRoot ? 0o755 : 0o700)
        try Files.makeFolder(layout.folder + "/work", mode: pass)
        try makeRunFolder(mode: pass)
        let postgres = Account.unprivileged(for: .postgres)
        let redis = Account.unprivileged(for: .redis)
        try Files.makeFolder(layout.postgresSocketFolder, mode: 0o700, owner: postgres)
        try Files.makeFolder(layout.redisSocketFolder, mode: 0o700, owner: redis)
        try Files.makeFolder(layout.gatewaySocketFolder, mode: 0o700, owner: Account.unprivileged(for: .nginx))
        try Files.makeFolder(layout.serviceSocketFolder, mode: 0o700)
        for name in ["redis", "redis-cache"] {
            try Files.makeFolder(layout.redisFolder(name), mode: 0o700, owner: redis)
        }
    }

    /// The short folder is in a place where anyone could have made it before us.
    private func makeRunFolder(mode: UInt32) throws {
        if mkdir(layout.runFolder, mode_t(mode)) != 0, errno == EEXIST {
            var status = stat()
            guard lstat(layout.runFolder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
                status.st_uid == geteuid()
            else {
                throw ClusterError(
                    "The folder \(layout.runFolder) belongs to somebody else: remove it, or use a shorter path with --data."
                )
            }
        }
        try Files.makeFolder(layout.runFolder, mode: mode)
    }

    func removeShortRunFolder() {
        guard layout.runFolder != layout.folder + "/run" else { return }
        try? FileManager.default.removeItem(atPath: layout.runFolder)
    }

    private static func shortRunFolder(for folder: String) -> String {
        // FNV-1a: only to tell the folders of one user apart.
        let hash = folder.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "/tmp/cryptodesk-\(geteuid())-\(String(hash, radix: 16))"
    }
}
