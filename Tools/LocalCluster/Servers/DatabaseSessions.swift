import Postgres

/// Sessions of the superuser on one cluster's PostgreSQL servers, each of them named.
struct DatabaseSessions: Sendable {
    private let topology: ClusterTopology

    init(_ topology: ClusterTopology) { self.topology = topology }

    /// Connects; what the session commits waits for no replica.
    func open(_ server: PostgresServer, database: String = "postgres") async throws -> PostgresSession {
        let url = DatabaseRole.superuser.url(
            socketFolder: topology.layout.postgresSocketFolder, port: topology.ports.postgres(server),
            database: database)
        let session = try await PostgresSession.connect(url: url, password: topology.secrets.superuser)
        try await session.execute("set synchronous_commit = local")
        return session
    }

    /// Executes one script; `nil` when the server has not answered within `limit`, or not well.
    func ask(
        _ server: PostgresServer, within limit: Duration = .seconds(1), database: String = "postgres", _ script: String
    ) async -> PostgresRows? {
        let answer = Latch<PostgresRows?>()
        // A server that hangs keeps its session's thread, and not us.
        Task { answer.set(try? await open(server, database: database).execute(script)) }
        return await answer.value(within: limit) ?? nil
    }
}
