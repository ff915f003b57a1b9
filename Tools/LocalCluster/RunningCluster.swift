import FoundationEssentials
package import Postgres

/// A cluster that another process supervises, as commands such as `desk psql` see it.
package struct RunningCluster: Sendable {
    package let layout: ClusterLayout
    package let description: ClusterDescription
    package let reply: ControlReply

    /// `nil` when no cluster runs in the folder.
    package static func find(_ folder: DataFolder) async throws -> RunningCluster? {
        guard let reply = try await ControlClient(folder.layout).send(ControlRequest(.status)),
            let text = Files.read(folder.layout.descriptionFile)
        else { return nil }
        let description = try JSONDecoder().decode(ClusterDescription.self, from: Data(text.utf8))
        return RunningCluster(layout: folder.layout, description: description, reply: reply)
    }

    /// The primary of the moment.
    package var primary: PostgresServer { reply.primary.flatMap(PostgresServer.init(name:)) ?? PostgresServer(1) }
    package var ports: ClusterPorts { ClusterPorts(base: description.options.port) }

    /// The PostgreSQL server of this name; the primary without one.
    package func postgresServer(_ name: String?) throws(ClusterError) -> PostgresServer {
        guard let name, name != "postgres", name != "primary" else { return primary }
        guard let server = PostgresServer(name: name), reply.processes.contains(where: { $0.name == name }) else {
            let names = reply.processes.map(\.name).filter { PostgresServer(name: $0) != nil }
            throw ClusterError(
                "There is no PostgreSQL server \(name) in this cluster; it has \(names.joined(separator: ", ")).")
        }
        return server
    }

    /// What psql and other libpq programs take from their environment.
    ///
    /// - Parameter server: the primary, unless another one is asked for.
    package func postgresEnvironment(
        _ role: DatabaseRole, on server: PostgresServer? = nil
    ) throws -> [String: String] {
        [
            "PGHOST": layout.postgresSocketFolder, "PGPORT": "\(ports.postgres(server ?? primary))",
            "PGUSER": role.rawValue,
            "PGDATABASE": role.database,
            "PGPASSWORD": role.password(in: try SecretFiles.passwords(layout)),
        ]
    }

    /// A session of the superuser's on the cluster's database.
    ///
    /// - Parameter server: the primary, unless another one is asked for.
    package func superuserSession(on server: PostgresServer? = nil) async throws -> PostgresSession {
        try await PostgresSession.connect(
            url: DatabaseRole.superuser.url(
                socketFolder: layout.postgresSocketFolder, port: ports.postgres(server ?? primary)),
            password: try SecretFiles.passwords(layout).superuser)
    }

    package func redisPassword() throws -> String { try SecretFiles.passwords(layout).redis }
}
