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
        try checkKind(of: folder, options)
        let programs = try ServerSearch.programs(
            servicesFolder: servicesFolder, needsNginx: options.hasNginx,
            isHighlyAvailable: options.isHighlyAvailable, dataVersion: folder.postgresVersion,
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

    /// Patroni, etcd and Sentinel remember one another by their ports, and a folder is theirs or the supervisor's.
    private static func checkKind(of folder: DataFolder, _ options: ClusterOptions) throws(ClusterError) {
        guard let isHighlyAvailable = folder.isHighlyAvailable else { return }
        guard isHighlyAvailable == options.isHighlyAvailable else {
            throw ClusterError(
                "The cluster in \(folder.layout.folder) was made \(isHighlyAvailable ? "with" : "without") --ha: start it "
                    + "so, or another one with --data.")
        }
        guard isHighlyAvailable, let text = Files.read(folder.layout.descriptionFile),
            let known = try? JSONDecoder().decode(ClusterDescription.self, from: Data(text.utf8)),
            known.options.port != options.port
        else { return }
        throw ClusterError(
            "The servers in \(folder.layout.folder) know one another by their ports: start it with --port "
                + "\(known.options.port).")
    }

    /// To be called when everything has stopped; another supervisor may then open the folder.
    package func close() {
        folder.removeShortRunFolder()
        withExtendedLifetime(lock) {}
    }
}
