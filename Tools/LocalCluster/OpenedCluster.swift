import FoundationEssentials

/// A data folder that is locked and made ready for a supervisor, with what will run in it.
package struct OpenedCluster: Sendable {
    package let topology: ClusterTopology
    /// Held until ``close()``.
    private let lock: FileLock
    private let folder: DataFolder

    /// - Parameters:
    ///   - options: port 0 takes whichever ports are free.
    ///   - servicesFolder: where this project's programs are.
    ///   - repository: the folder with `deploy/gateway`, and in `.build` what set-up fetched.
    /// - Returns: `nil` when the folder's cluster is up already.
    package static func open(
        _ folder: DataFolder, options: ClusterOptions, servicesFolder: String, repository: String
    ) throws -> OpenedCluster? {
        guard let lock = try folder.open() else { return nil }
        let programs = try ServerSearch.programs(
            servicesFolder: servicesFolder, needsNginx: options.hasNginx, dataVersion: folder.postgresVersion,
            monolith: options.hasMonolith ? try MonolithProgram.find(in: repository) : nil)
        let secrets = try SecretFiles.passwords(folder.layout)
        var topology = ClusterTopology(
            options: options, layout: folder.layout, programs: programs, secrets: secrets,
            gatewayConfiguration: repository + "/deploy/gateway/gateway.yaml",
            commonPasswords: repository + "/.build/passwords/common.txt",
            record: try PrimaryRecordFile(folder.layout).read())
        if options.port == 0 {
            topology.options.port = try PortCheck.freeBase { base in
                var candidate = topology
                candidate.options.port = base
                return candidate.processes
            }
        }
        let description = ClusterDescription(
            options: topology.options, postgresFolder: programs.postgresFolder, redisClient: programs.redisClient)
        let json = String(decoding: try JSONEncoder().encode(description), as: UTF8.self)
        try Files.write(json + "\n", to: folder.layout.descriptionFile)
        return OpenedCluster(topology: topology, lock: lock, folder: folder)
    }

    /// To be called when everything has stopped; another supervisor may then open the folder.
    package func close() {
        folder.removeShortRunFolder()
        withExtendedLifetime(lock) {}
    }
}
