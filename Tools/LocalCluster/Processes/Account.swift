import Glibc

/// A user of this machine.
struct Account: Hashable, Sendable {
    let name: String
    let userID: UInt32
    let groupID: UInt32

    static var isRoot: Bool { geteuid() == 0 }

    init?(named name: String) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var storage = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &storage, storage.count, &found) == 0, found != nil else { return nil }
        self.name = name
        userID = entry.pw_uid
        groupID = entry.pw_gid
    }

    /// By its numbers; it may have no name on this machine, which it gets from them.
    init(userID: UInt32, groupID: UInt32) {
        name = String(userID)
        self.userID = userID
        self.groupID = groupID
    }

    /// The unprivileged user for a role when the supervisor is root; `nil` where the supervisor's own user runs it.
    static func unprivileged(for role: ProcessSpecification.Role) -> Account? {
        guard isRoot else { return nil }
        switch role {
        case .supervisor: return nil
        case .postgres: return Account(named: "postgres") ?? Account(named: "nobody")
        case .redis: return Account(named: "redis") ?? Account(named: "nobody")
        case .etcd: return Account(named: "etcd") ?? Account(named: "nobody")
        case .nginx: return Account(named: "www-data") ?? Account(named: "nobody")
        }
    }

    /// An unprivileged server must be able to walk down to its own folder.
    ///
    /// - Parameter option: names another folder.
    func checkReach(_ path: String, option: String) throws(ClusterError) {
        var folder = path
        while folder != "/" {
            folder = Files.parent(of: folder)
            var status = stat()
            guard stat(folder, &status) == 0 else { continue }
            let isOpen = status.st_mode & 0o001 != 0 || status.st_uid == userID
            if !isOpen {
                throw ClusterError(
                    "PostgreSQL runs as the user \(name), who cannot enter \(folder): "
                        + "use a folder outside of it with \(option), such as /var/lib/cryptodesk.")
            }
        }
    }
}
