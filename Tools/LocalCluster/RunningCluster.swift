import FoundationEssentials

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

    package var ports: ClusterPorts { ClusterPorts(base: description.options.port) }

    /// What psql and other libpq programs take from their environment.
    package func postgresEnvironment(_ role: DatabaseRole) throws -> [String: String] {
        [
            "PGHOST": layout.postgresSocketFolder, "PGPORT": "\(ports.postgres)", "PGUSER": role.rawValue,
            "PGDATABASE": DatabaseRole.database, "PGPASSWORD": role.password(in: try SecretFiles.passwords(layout)),
        ]
    }

    package func redisPassword() throws -> String { try SecretFiles.passwords(layout).redis }
}
