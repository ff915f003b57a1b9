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
        case .nginx: return Account(named: "www-data") ?? Account(named: "nobody")
        }
    }
}
