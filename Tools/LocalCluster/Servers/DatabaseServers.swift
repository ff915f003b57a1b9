import Postgres
import Synchronization

/// The PostgreSQL servers of a running cluster: which of them is the primary, and how the others follow it.
final class DatabaseServers: Sendable {
    let topology: ClusterTopology
    let configuration: ConfigurationWriter
    let setup: DatabaseFolderSetup
    let progress: Progress
    let sessions: DatabaseSessions
    private let processes: [PostgresServer: SupervisedProcess]
    private let file: PrimaryRecordFile
    private let stored: Mutex<PrimaryRecord>
    private let acting: Mutex<PostgresServer>

    init(
        topology: ClusterTopology, configuration: ConfigurationWriter, launcher: Launcher, progress: Progress,
        processes: [SupervisedProcess]
    ) throws {
        self.topology = topology
        self.configuration = configuration
        self.progress = progress
        setup = DatabaseFolderSetup(topology: topology, launcher: launcher)
        sessions = DatabaseSessions(topology)
        self.processes = Dictionary(
            uniqueKeysWithValues: processes.compactMap { process in
                PostgresServer(name: process.specification.name).map { ($0, process) }
            })
        file = PrimaryRecordFile(topology.layout)
        let record = try file.read()
        stored = Mutex(record)
        // A promotion that had not got as far as the fence is done again from its beginning.
        let isFenced = record.previousServer.map { server in
            let folder = PostgresFolder(server, topology.layout)
            return folder.isFenced || !folder.exists
                || !PostgresFolder(record.primaryServer, topology.layout).isStandby
        }
        acting = Mutex(isFenced == false ? record.previousServer ?? record.primaryServer : record.primaryServer)
    }

    var servers: [PostgresServer] { topology.postgresServers }

    /// What the data folder says.
    var record: PrimaryRecord { stored.withLock { $0 } }

    /// Whom services can write to: during a promotion the one before it, until the new one has been promoted.
    var primary: PostgresServer { acting.withLock { $0 } }

    func setPrimary(_ server: PostgresServer) { acting.withLock { $0 = server } }

    /// Keeps the record, on disk before this returns.
    func keep(_ record: PrimaryRecord) throws {
        try file.write(record)
        stored.withLock { $0 = record }
    }

    /// What Patroni has decided; its own record is in etcd.
    func observe(_ leader: PostgresServer, epoch: Int?) {
        setPrimary(leader)
        stored.withLock { $0 = PrimaryRecord(epoch: epoch ?? $0.epoch, primary: leader) }
    }

    func process(_ server: PostgresServer) throws(ClusterError) -> SupervisedProcess {
        guard let process = processes[server] else {
            throw ClusterError("There is no \(server.name) in this cluster.")
        }
        return process
    }

    func folder(_ server: PostgresServer) -> PostgresFolder { PostgresFolder(topology.postgresFolder(server)) }

    func standbys(of primary: PostgresServer) -> [PostgresServer] { servers.filter { $0 != primary } }
}
