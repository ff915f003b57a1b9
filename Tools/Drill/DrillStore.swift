import LocalCluster
import Logging
import NIOPosix
import Postgres
import Redis

/// A cluster's PostgreSQL and Redis, as a drill uses them: to look what is stored, and to cut their connections.
struct DrillStore: Sendable {
    private let cluster: RunningCluster

    init(_ cluster: RunningCluster) { self.cluster = cluster }

    /// How many strategies of each name an account has, by the primary.
    func strategies(of user: Int) async throws -> [String: Int] {
        let session = try await cluster.superuserSession()
        let rows = try await session.execute(
            "select strategy_name, count(*) from trading_strategies where user_id = $1 group by 1", [.integer(user)])
        return Dictionary(
            uniqueKeysWithValues: (0..<rows.count).compactMap { row in
                rows.text(row, 0).map { ($0, rows.integer(row, 1) ?? 0) }
            })
    }

    /// Cuts every connection that the services have to a server.
    func cutConnections(of fault: DrillFault) async throws {
        guard let server = PostgresServer(name: fault.process) else {
            return try await cutRedis(fault.process)
        }
        let session = try await cluster.superuserSession(on: server)
        let cut = try await session.execute(
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where usename in ('\(DatabaseRole.auth.rawValue)', '\(DatabaseRole.strategies.rawValue)')
            """)
        guard cut.integer(0, 0) ?? 0 > 0 else { throw DrillError("Nobody is connected to \(fault.process).") }
    }

    private func cutRedis(_ name: String) async throws {
        let configuration = try RedisConfiguration(
            url: "unix://\(cluster.layout.redisSocket(name))", password: try cluster.redisPassword(),
            commandDeadline: .seconds(2))
        let client = RedisClient(
            configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton.next(),
            logger: Logger(label: "drill") { _ in SwiftLogNoOpLogHandler() })
        for kind in ["normal", "pubsub"] { _ = try await client.send(["CLIENT", "KILL", "TYPE", "\(kind)"]) }
    }
}
