/// Where everything of one cluster lies on disk.
package struct ClusterLayout: Hashable, Sendable {
    /// Raised whenever an older folder can no longer be used; stored in the folder.
    package static let version = 2
    /// `sockaddr_un.sun_path` holds 108 bytes with its terminating zero.
    package static let longestSocketPath = 107

    /// The data folder, absolute and without a trailing slash.
    package let folder: String
    /// Sockets and what else lives no longer than the supervisor.
    package let runFolder: String

    /// - Parameter shortRunFolder: takes the sockets when the data folder's path is too long for them.
    package init(folder: String, shortRunFolder: String) {
        self.folder = folder
        let own = folder + "/run"
        runFolder = Self.longestSocket(in: own).utf8.count <= Self.longestSocketPath ? own : shortRunFolder
    }

    package var versionFile: String { folder + "/layout" }
    package var lockFile: String { folder + "/supervisor.lock" }
    package var descriptionFile: String { folder + "/cluster.json" }
    package var logsFolder: String { folder + "/logs" }
    package var secretsFolder: String { folder + "/secrets" }
    package var keysFolder: String { folder + "/keys" }
    package var configurationFolder: String { folder + "/config" }
    /// Who is the primary.
    package var primaryRecord: String { folder + "/primary.json" }
    /// The path of the folder that backups and WAL go to, once there has been a backup.
    package var archiveRecord: String { folder + "/archive" }
    package var archiveScript: String { configurationFolder + "/archive-wal.sh" }
    package var restoreScript: String { configurationFolder + "/restore-wal.sh" }
    package var nginxFolder: String { folder + "/nginx" }
    /// What nginx serves as `/openapi.json`, `/docs` and `/redoc`.
    package var documentationFolder: String { nginxFolder + "/documentation" }
    /// Holds a file for the gateway that nginx is to leave out, and one while nginx is to end connections.
    package var nginxMarks: String { nginxFolder + "/out" }

    package var controlSocket: String { runFolder + "/control.sock" }
    /// The folder that PostgreSQL puts its socket in.
    package var postgresSocketFolder: String { runFolder + "/postgres" }
    package var redisSocketFolder: String { runFolder + "/redis" }
    /// Where nginx reaches the gateways.
    package var gatewaySocketFolder: String { runFolder + "/gateways" }
    /// Where the gateways reach the services.
    package var serviceSocketFolder: String { runFolder + "/services" }

    /// The working folder of an instance: it tells left-over processes of this cluster from all others.
    package func workingFolder(_ process: String) -> String { folder + "/work/" + process }
    package func postgresFolder(_ server: PostgresServer) -> String { folder + "/" + server.name }
    /// What Patroni keeps of one server: its data folder, and what it makes beside it.
    package func patroniFolder(_ server: PostgresServer) -> String { folder + "/patroni-\(server.number)" }
    package func patroniConfiguration(_ server: PostgresServer) -> String {
        configurationFolder + "/patroni-\(server.number).yaml"
    }
    package var epochScript: String { configurationFolder + "/begin-epoch.sh" }
    package func etcdFolder(_ number: Int) -> String { folder + "/etcd-\(number)" }
    /// The configuration of a Redis or a Sentinel that rewrites it itself.
    package func rewrittenConfiguration(_ name: String) -> String { redisFolder(name) + "/redis.conf" }
    package func postgresConfiguration(_ server: PostgresServer) -> String {
        configurationFolder + "/\(server.name).conf"
    }
    /// The password of the role that replicates, as libpq reads it (a `passfile`).
    package var replicationPasswordFile: String { configurationFolder + "/replication.pgpass" }
    package func nginxMark(_ process: String) -> String { nginxMarks + "/" + process }
    package func log(_ process: String) -> String { logsFolder + "/\(process).log" }
    package func redisFolder(_ name: String) -> String { folder + "/" + name }
    package func redisSocket(_ name: String) -> String { redisSocketFolder + "/\(name).sock" }
    package func socket(_ service: ServiceKind, _ number: Int) -> String {
        (service == .gateway ? gatewaySocketFolder : serviceSocketFolder) + "/\(service.rawValue)-\(number).sock"
    }
    package func redisConfiguration(_ name: String) -> String { configurationFolder + "/\(name).conf" }

    private static func longestSocket(in run: String) -> String {
        let postgres = run + "/postgres/.s.PGSQL.65535.lock"
        let redis = run + "/redis/redis-cache.sock"
        let service = run + "/services/strategies-49.sock"
        return [postgres, redis, service].max { $0.utf8.count < $1.utf8.count } ?? postgres
    }
}
