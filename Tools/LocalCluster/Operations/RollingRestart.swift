/// Restarts processes of a running cluster, so that nobody who uses it notices.
///
/// Each is taken out of use by those that send it requests, ends when what is in flight is done, and is used again once
/// it is ready. `docs/decisions/0011` says how each kind is taken out, and what was measured.
struct RollingRestart: Sendable {
    private static let drainLimit: Duration = .seconds(30)
    /// How long a process's callers may take to notice that it is gone, or back.
    private static let noticeLimit: Duration = .seconds(20)
    /// Clients that keep a connection and send no request for as long may find it closed.
    private static let closingTime: Duration = .seconds(2)

    let topology: ClusterTopology
    let processes: [SupervisedProcess]
    let servers: DatabaseServers
    let progress: Progress

    /// Restarts the process of this name, or each in turn for `all`.
    ///
    /// - Returns: the names, in the order of their restart.
    /// - Throws: ``ClusterError`` at the first that does not become ready; the others are left as they are.
    func run(_ name: String) async throws -> [String] {
        let targets = try name == "all" ? inOrder : [process(name)]
        var done: [String] = []
        for target in targets {
            do {
                try await progress.step { try await restart(target) }
                try await waitUntilAllAreReady()
            } catch let error as ClusterError {
                let rest = targets.dropFirst(done.count + 1).map(\.specification.name)
                throw ClusterError(
                    error.sentence
                        + (rest.isEmpty ? "" : " Not restarted after that: \(rest.joined(separator: ", "))."))
            }
            done.append(target.specification.name)
        }
        return done
    }

    /// First what the others can do without for a moment, last the edge.
    private var inOrder: [SupervisedProcess] {
        let primary = servers.primary.name
        func rank(_ process: SupervisedProcess) -> Int {
            switch process.specification.role {
            case .etcd: 0
            case .postgres: process.specification.name == primary ? 1 : 0
            case .redis: process.specification.name == "redis" ? 3 : 2
            case .supervisor: process.specification.stage == .services ? 4 : 5
            case .nginx: 6
            }
        }
        return processes.enumerated()
            .sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    private func process(_ name: String) throws(ClusterError) -> SupervisedProcess {
        guard let process = processes.first(where: { $0.specification.name == name }) else {
            throw ClusterError("There is no process \(name) in this cluster.")
        }
        return process
    }

    /// - Returns: what was done, as a line of progress.
    private func restart(_ process: SupervisedProcess) async throws -> String {
        let specification = process.specification
        let name = specification.name
        if specification.role == .nginx { return try await renewWorkers(of: process) }
        await process.hold()
        do {
            switch specification.role {
            case .postgres: try await restartPostgres(process)
            case .redis, .etcd: try await endAndStart(process, specification.stopping)
            default:
                if specification.stage == .gateways {
                    try await restartGateway(process)
                } else {
                    try await restartService(process)
                }
            }
        } catch {
            await process.release()
            throw error
        }
        await process.release()
        return "\(name) restarted"
    }

    private func endAndStart(_ process: SupervisedProcess, _ sequence: StopSequence) async throws {
        if await !process.end(sequence) {
            progress.say("\(process.specification.name) did not stop in time and was killed")
        }
        try await process.start()
    }

    // MARK: Kinds

    /// nginx asks for the file at every request, so that no worker and no client's connection has to end for it.
    private func restartGateway(_ process: SupervisedProcess) async throws {
        let specification = process.specification
        let isAlone = processes.filter { $0.specification.stage == .gateways }.count == 1
        let marks = NginxMarks(topology.layout)
        if isAlone {
            progress.say("\(specification.name) is the only gateway: until it is back, clients are told to try again")
        } else {
            try marks.set(specification.name)
            // For a request that nginx has sent there just now to arrive.
            try await Task.sleep(for: .milliseconds(200))
        }
        defer { marks.remove(specification.name) }
        try await endAndStart(process, StopSequence((.terminate, Self.drainLimit)))
    }

    private func restartService(_ process: SupervisedProcess) async throws {
        let specification = process.specification
        guard let admin = specification.adminPort, let instance = Instance(specification.name) else { return }
        let isAlone = topology.count(instance.service) == 1
        if isAlone {
            progress.say(
                "\(specification.name) is the only \(instance.service.rawValue): until it is back, it is missed")
        } else if await LoopbackHTTP.send("POST", port: admin, path: "/drain")?.status == 204 {
            try await waitForGateways { $0.isUsed(instance) == false }
        }
        try await endAndStart(process, StopSequence((.terminate, Self.drainLimit)))
        try await waitForGateways { $0.isUsed(instance) == true }
    }

    private func restartPostgres(_ process: SupervisedProcess) async throws {
        guard let server = PostgresServer(name: process.specification.name) else { return }
        // What has been written since the last checkpoint would have to be written at the shutdown.
        _ = await servers.sessions.ask(server, within: .seconds(5), "checkpoint")
        if topology.options.isHighlyAvailable {
            if server == servers.primary { try await servers.switchOver(to: nil, progress: progress) }
        } else if server == servers.primary {
            await servers.holdWrites(on: server)
            await process.end(process.specification.stopping)
            try servers.configuration.writePostgres(primary: server)
            try await process.start()
            return
        }
        try await endAndStart(process, process.specification.stopping)
        if try await !servers.isFollowing(server, within: Self.noticeLimit) {
            throw ClusterError("\(server.name) does not follow \(servers.primary.name) after its restart.")
        }
    }

    /// nginx's master starts new workers, and the old ones finish what they have begun.
    ///
    /// An old worker closes the connections that are idle at that moment, and a request may just be on its way there. So
    /// for a time before, each answer ends its connection: none is left but of clients that ask for nothing.
    private func renewWorkers(of process: SupervisedProcess) async throws -> String {
        let marks = NginxMarks(topology.layout)
        try marks.set("nginx")
        defer { marks.remove("nginx") }
        try await Task.sleep(for: Self.closingTime)
        let before = await process.workers
        try await process.send(.hangUp)
        // The old ones still take connections for a moment after the new ones have begun.
        try await wait("nginx has not renewed its workers") {
            let now = await process.workers
            return !now.subtracting(before).isEmpty && now.isDisjoint(with: before)
        }
        return "nginx renewed its workers; its port stayed open, and the old ones finish what they have"
    }

    // MARK: Waiting

    private func waitForGateways(_ condition: @Sendable (GatewayView) -> Bool) async throws {
        for process in processes where process.specification.stage == .gateways {
            // A gateway that does not run sends nothing to anybody.
            guard let port = process.specification.port, await process.isHealthy else { continue }
            try await wait("\(process.specification.name) has not noticed") {
                await GatewayView(port: port).map(condition) ?? false
            }
        }
    }

    private func waitUntilAllAreReady() async throws {
        for process in processes {
            try await wait("\(process.specification.name) is not ready") {
                await ReadinessProbe.isReady(process.specification.readiness)
            }
        }
    }

    private func wait(_ failure: String, _ condition: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + Self.noticeLimit
        while await !condition() {
            guard ContinuousClock.now < deadline else {
                throw ClusterError("\(failure) after \(Self.noticeLimit.components.seconds) s.")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
