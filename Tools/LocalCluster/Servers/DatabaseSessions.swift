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

    /// Executes one script.
    ///
    /// - Throws: ``ClusterError`` when the server has not answered within `limit`, or refused.
    @discardableResult
    func execute(
        on server: PostgresServer, within limit: Duration = .seconds(5), _ script: String
    ) async throws -> PostgresRows {
        let answer = Latch<Result<PostgresRows, any Error>>()
        Task {
            do {
                answer.set(.success(try await open(server).execute(script)))
            } catch {
                answer.set(.failure(ClusterError("\(server.name) cannot be asked (\(error)).")))
            }
        }
        guard let result = await answer.value(within: limit) else {
            try Task.checkCancellation()
            throw ClusterError("\(server.name) did not answer within \(limit.inSeconds).")
        }
        return try result.get()
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
