import Glibc
import Logging
import Migrations

/// Runs one cluster: starts its processes in order, keeps them running, answers commands, and stops them in reverse.
package actor Supervisor {
    /// What the cluster is set up with besides its processes.
    package struct Preparation: Hashable, Sendable {
        package var migrates: Bool
        package var loadsDemoData: Bool

        package init(migrates: Bool = true, loadsDemoData: Bool = true) {
            self.migrates = migrates
            self.loadsDemoData = loadsDemoData
        }
    }

    private enum StartOutcome {
        case ready, stopped
        case failed(any Error)
    }

    package nonisolated let topology: ClusterTopology
    private nonisolated let configuration: ConfigurationWriter
    private nonisolated let preparation: Preparation
    private nonisolated let launcher: Launcher
    private nonisolated let progress: Progress
    private nonisolated let processes: [SupervisedProcess]
    private nonisolated let servers: DatabaseServers
    private nonisolated let stopRequest = Latch<Bool>()
    private var state = ControlReply.State.starting
    private nonisolated let operations = Operations()

    /// - Parameter repository: the folder with `deploy/nginx` and `Web`.
    package init(
        topology: ClusterTopology, repository: String, preparation: Preparation, progress: Progress
    ) throws {
        let launcher = try Launcher()
        self.topology = topology
        self.preparation = preparation
        self.launcher = launcher
        self.progress = progress
        configuration = ConfigurationWriter(topology: topology, repository: repository)
        processes = topology.processes.map {
            SupervisedProcess($0, layout: topology.layout, launcher: launcher, progress: progress)
        }
        servers = try DatabaseServers(
            topology: topology, configuration: configuration, launcher: launcher, progress: progress,
            processes: processes)
    }

    /// Asks the cluster to stop; ``run(whenReady:)`` returns when it has.
    package nonisolated func stop() { stopRequest.set(true) }

    /// Runs the cluster until ``stop()``. The data folder's lock must be held.
    ///
    /// - Returns: whether it had been ready.
    /// - Throws: when the cluster does not come up; everything that had been started is stopped by then.
    package func run(whenReady: @Sendable @escaping () -> Void) async throws -> Bool {
        let control = try await ControlServer(path: topology.layout.controlSocket) { await self.answer($0, say: $1) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await control.run() }
            group.addTask { try await self.boundLogs() }
            defer { group.cancelAll() }
            let outcome = await startUnlessStopped()
            switch outcome {
            case .ready:
                state = .ready
                whenReady()
                await superviseUntilStopped()
                return true
            case .stopped:
                await stopAll()
                return false
            case .failed(let error):
                await stopAll()
                throw error
            }
        }
    }

    // MARK: Phases

    private func startUnlessStopped() async -> StartOutcome {
        await withTaskGroup(of: StartOutcome.self) { race in
            race.addTask {
                do {
                    try await self.start()
                    return .ready
                } catch {
                    return self.stopRequest.current == nil ? .failed(error) : .stopped
                }
            }
            race.addTask {
                _ = await self.stopRequest.value()
                return .stopped
            }
            defer { race.cancelAll() }
            return await race.next() ?? .stopped
        }
    }

    private nonisolated func start() async throws {
        await Leftovers(layout: topology.layout).clear()
        try PortCheck.check(topology.processes)
        LogFiles(topology.layout).rotateAll()
        try await progress.step {
            try configuration.write(primary: servers.primary)
            return try SigningKeyFile.makeIfMissing(topology.layout)
                ? "key for signing tokens made (RSA, 2048 bits)" : nil
        }
        if topology.options.auth > 0, !Files.exists(topology.commonPasswords) {
            progress.say("common passwords are not refused: deploy/passwords/install.sh says why their list is missing")
        }
        if topology.options.isHighlyAvailable {
            try await start(.coordination)
            try await EtcdAccess(topology: topology).secure()
        }
        try await start(.data)
        try await prepareDatabase()
        try await start(.watch)
        try await start(.services)
        try await start(.gateways)
        try await start(.edge)
    }

    private nonisolated func start(_ stage: StartStage) async throws {
        var steps: [@Sendable () async throws -> Void] =
            processes
            .filter { $0.specification.stage == stage && $0.specification.role != .postgres }
            .map { process in
                {
                    try await self.progress.step {
                        try await process.start()
                        return "\(process.specification.name) is ready\(Self.place(process.specification))"
                    }
                }
            }
        if stage == .data { steps.append { try await self.servers.start() } }
        try await runTogether(steps) { try await $0() }
    }

    private static func place(_ process: ProcessSpecification) -> String {
        process.port.map { " on 127.0.0.1:\($0)" } ?? ""
    }

    private nonisolated func prepareDatabase() async throws {
        let database = ClusterDatabase(topology, primary: servers.primary)
        try await database.setUpRoles()
        if preparation.migrates {
            try await progress.step {
                let count = try await database.migrate()
                return "schema is up to date"
                    + (count == 0 ? "" : " (\(count) \(count == 1 ? "migration" : "migrations") applied)")
            }
        }
        if preparation.migrates, preparation.loadsDemoData {
            try await progress.step {
                try await database.loadDemoData() ? "demo data loaded" : nil
            }
        }
    }

    private func superviseUntilStopped() async {
        await withDiscardingTaskGroup { group in
            for process in processes { group.addTask { await process.supervise() } }
            if topology.options.isHighlyAvailable { group.addTask { await self.servers.watchPatroni() } }
            _ = await stopRequest.value()
            // A promotion goes on at the next start.
            await operations.cancel()
            await stopAll()
            group.cancelAll()
        }
    }

    private func stopAll() async {
        state = .stopping
        for stage in StartStage.allCases.reversed() {
            // Patroni would promote another one in the place of a primary that ends before it.
            if stage == .data, topology.options.isHighlyAvailable { await stopStandbys() }
            await withDiscardingTaskGroup { group in
                for process in processes where process.specification.stage == stage {
                    group.addTask { await process.stop() }
                }
            }
        }
    }

    private func stopStandbys() async {
        await withDiscardingTaskGroup { group in
            for server in servers.standbys(of: servers.primary) {
                group.addTask { try? await self.servers.process(server).stop() }
            }
        }
    }

    private nonisolated func boundLogs() async throws {
        while true {
            try await Task.sleep(for: .seconds(5))
            LogFiles(topology.layout).bound()
        }
    }

    // MARK: Commands

    private func answer(
        _ request: ControlRequest, say: @escaping @Sendable (String) -> Void
    ) async -> ControlReply {
        var reply = ControlReply(
            state: state, url: topology.url, supervisor: Int(getpid()), primary: servers.primary.name,
            epoch: servers.record.epoch, processes: [], error: nil)
        do {
            switch request.command {
            case .status: reply.processes = await statuses()
            case .stop: stop()
            case .kill: try await process(request).send(.kill)
            case .pause: try await process(request).send(.stop)
            case .resume: try await process(request).send(.resume)
            case .promote: try await promote(request.process ?? "", say: say)
            case .backup: reply.backup = try await backUp(request.backup ?? BackupOrder(keep: 7), say: say)
            case .archive: try await archive()
            case .restart: reply.restarted = try await restart(request, say: say)
            }
            reply.primary = servers.primary.name
            reply.epoch = servers.record.epoch
        } catch {
            reply.error = "\(error)"
        }
        return reply
    }

    private func promote(_ name: String, say: @escaping @Sendable (String) -> Void) async throws {
        guard state == .ready else { throw ClusterError("The cluster is not ready: try again in a moment.") }
        let servers = servers
        let progress = progress.and(say)
        if topology.options.isHighlyAvailable {
            return try await operations.perform("the promotion of \(name)", progress: self.progress) {
                try await servers.switchOver(to: name, progress: progress)
                return nil
            }
        }
        try await operations.perform("the promotion of \(name)", progress: self.progress, interruptsRest: true) {
            try await servers.promote(name, progress: progress)
            return { try await servers.restoreStandbys() }
        }
    }

    private func backUp(
        _ order: BackupOrder, say: @escaping @Sendable (String) -> Void
    ) async throws -> BackupRecord? {
        guard state == .ready else { throw ClusterError("The cluster is not ready: try again in a moment.") }
        let servers = servers
        let progress = progress.and(say)
        guard !topology.options.isHighlyAvailable else {
            throw ClusterError(
                "./desk backup reads one supervisor's folder, and Patroni may make another server the primary meanwhile: "
                    + "back up a cluster with --ha by pgBackRest or Barman, which know Patroni.")
        }
        let done = Latch<BackupRecord>()
        try await operations.perform("a backup", progress: self.progress) {
            done.set(try await servers.backUp(order, progress: progress))
            return nil
        }
        return done.current
    }

    private func archive() async throws {
        guard state == .ready else { throw ClusterError("The cluster is not ready: try again in a moment.") }
        try await servers.archiveNow()
    }

    private func restart(
        _ request: ControlRequest, say: @escaping @Sendable (String) -> Void
    ) async throws -> [String] {
        guard state == .ready else { throw ClusterError("The cluster is not ready: try again in a moment.") }
        let name = try request.process == "all" ? "all" : process(request).specification.name
        let restart = RollingRestart(
            topology: topology, processes: processes, servers: servers, progress: progress.and(say))
        let done = Latch<[String]>()
        try await operations.perform("the restart of \(name)", progress: progress) {
            done.set(try await restart.run(name))
            return nil
        }
        return done.current ?? []
    }

    private func process(_ request: ControlRequest) throws(ClusterError) -> SupervisedProcess {
        let names = processes.map(\.specification.name)
        let asked = request.process ?? ""
        let isPrimary = asked == "postgres" || asked == "primary"
        guard let index = names.firstIndex(of: isPrimary ? servers.primary.name : asked) else {
            throw ClusterError("There is no process \(asked) in this cluster; it has \(names.joined(separator: ", ")).")
        }
        return processes[index]
    }

    private func statuses() async -> [ProcessStatus] {
        async let replication = servers.statuses()
        var statuses = await processStatuses()
        for (server, status) in await replication {
            guard let index = statuses.firstIndex(where: { $0.name == server.name }) else { continue }
            statuses[index].replication = status
        }
        return statuses
    }

    private func processStatuses() async -> [ProcessStatus] {
        await withTaskGroup(of: (Int, ProcessStatus).self) { group in
            for (index, process) in processes.enumerated() { group.addTask { (index, await process.status()) } }
            var statuses: [Int: ProcessStatus] = [:]
            for await (index, status) in group { statuses[index] = status }
            return processes.indices.compactMap { statuses[$0] }
        }
    }
}
