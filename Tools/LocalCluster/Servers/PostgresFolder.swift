import Glibc

/// The data folder of one PostgreSQL server: whether it is there, and what it may be started as.
///
/// A folder with `standby.signal` never becomes a primary by being started, whoever starts it and with whichever
/// configuration; one with the fence marker is not started by the supervisor at all before it has been made to follow
/// the new primary.
struct PostgresFolder: Hashable, Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    init(_ server: PostgresServer, _ layout: ClusterLayout) { path = layout.postgresFolder(server) }

    /// What a server is made in: only what is complete gets the name.
    var draft: String { path + ".new" }
    /// Where a former primary is while it is rewound.
    var rewinding: String { path + ".rewinding" }
    var fenceMarker: String { path + "/cryptodesk.fenced" }
    private var standbySignal: String { path + "/standby.signal" }
    private var recoverySignal: String { path + "/recovery.signal" }

    var exists: Bool { Files.exists(path + "/PG_VERSION") }
    /// The major version that wrote it.
    var version: Int? { Files.read(path + "/PG_VERSION")?.split(separator: "\n").first.flatMap { Int($0) } }
    var isStandby: Bool { Files.exists(standbySignal) }
    var isFenced: Bool { Files.exists(fenceMarker) }

    /// From now on the folder cannot be started as a primary.
    ///
    /// - Parameter reason: one line for whoever finds the folder.
    func fence(_ reason: String) throws {
        try makeStandby()
        try Files.write(reason + "\n", to: fenceMarker, mode: 0o600, owner: owner, isDurable: true)
    }

    /// Takes a fence back whose promotion did not come about.
    func unfence() throws {
        unlink(fenceMarker)
        unlink(standbySignal)
        try Files.makeDurable(folder: path)
    }

    /// The server will follow the primary that its configuration names.
    func makeStandby() throws {
        try Files.write("", to: standbySignal, mode: 0o600, owner: owner, isDurable: true)
    }

    /// The server will replay archived WAL at its next start, up to the target that its configuration names.
    func beginRecovery() throws {
        try Files.write("", to: recoverySignal, mode: 0o600, owner: owner, isDurable: true)
    }

    /// Whether a recovery from an archive is not over yet.
    var isRecovering: Bool { Files.exists(recoverySignal) }

    /// Makes PostgreSQL's user the owner of a folder that somebody else has copied.
    func giveToPostgres() throws {
        if let owner { try Files.giveAway(path, to: owner) }
        try Files.makeFolder(path, mode: 0o700, owner: owner)
    }

    private var owner: Account? { .unprivileged(for: .postgres) }
}
