import Glibc

/// One process of a running cluster: started, watched, started again when it dies, stopped.
actor SupervisedProcess {
    nonisolated let specification: ProcessSpecification
    private let layout: ClusterLayout
    private let launcher: Launcher
    private let progress: Progress
    private var child: ChildProcess?
    private var startedAt = ContinuousClock.now
    private let stopping = Latch<Bool>()
    /// Set while an operation has the process: the supervision leaves it alone until the latch is set.
    private var holding: Latch<Bool>?
    private var launching: Latch<Bool>?
    private var backoff = RestartBackoff()
    private var usage = ResourceUsage()

    init(_ specification: ProcessSpecification, layout: ClusterLayout, launcher: Launcher, progress: Progress) {
        self.specification = specification
        self.layout = layout
        self.launcher = launcher
        self.progress = progress
    }

    // MARK: Start

    /// Starts the process and waits until it is ready.
    func start() async throws {
        try await launch()
        guard let child else { return }
        let deadline = ContinuousClock.now + specification.startLimit
        while await !ReadinessProbe.isReady(specification.readiness) {
            try Task.checkCancellation()
            if let exit = child.exit.current { throw ended(exit) }
            if ContinuousClock.now >= deadline { throw notReady() }
            try await Task.sleep(for: .milliseconds(20))
        }
        // Something else may have answered on that port.
        if let exit = child.exit.current { throw ended(exit) }
    }

    private func launch() async throws {
        let specification = specification
        guard stopping.current == nil else { throw CancellationError() }
        if let obstacle = specification.obstacle, let reason = Files.read(obstacle) {
            throw ClusterError("\(specification.name) is not started: \(reason.prefix { $0 != "\n" })")
        }
        startedAt = .now
        let launching = Latch<Bool>()
        self.launching = launching
        defer {
            launching.set(true)
            self.launching = nil
        }
        child = try await launcher.launch(
            LaunchRequest(
                executable: specification.executable, arguments: specification.arguments,
                environment: specification.environment,
                workingFolder: layout.workingFolder(specification.name),
                account: .unprivileged(for: specification.role),
                output: layout.log(specification.name),
                parentDeathSignal: specification.parentDeathSignal))
        usage = ResourceUsage()
    }

    private func ended(_ exit: ProcessExit) -> ClusterError {
        let name = specification.name
        return ClusterError("\(name) \(exit) before it was ready\(words): see \(layout.log(name)).")
    }

    /// What the process said before it ended, in brackets.
    private var words: String { LogFiles(layout).lastWords(specification.name).map { " (“\($0)”)" } ?? "" }

    private func notReady() -> ClusterError {
        ClusterError(
            "\(specification.name) was not ready after \(specification.startLimit.components.seconds) s: "
                + "see \(layout.log(specification.name)).")
    }

    // MARK: Watch

    /// Starts the process again whenever it ends, until it is stopped.
    func supervise() async {
        while stopping.current == nil {
            if let holding {
                guard await holding.value() != nil else { return }
                continue
            }
            guard let child, let exit = await child.exit.value(), stopping.current == nil else { return }
            guard holding == nil, child === self.child else { continue }
            await endLeftovers()
            let uptime = ContinuousClock.now - startedAt
            let delay = backoff.delay(afterRunning: uptime)
            // After a long run the log's last error need not be the reason.
            let said = uptime < RestartBackoff.steady ? words : ""
            progress.say("\(specification.name) \(exit)\(said); it starts again in \(delay.inSeconds)")
            if await stopping.value(within: delay) != nil { return }
            // An operation may have come in between.
            guard holding == nil, child === self.child else { continue }
            do {
                try await launch()
                // It was asked to stop while there was nothing to stop.
                if stopping.current != nil { await stop() }
            } catch {
                progress.say("\(specification.name) could not be started again: \(error)")
            }
        }
    }

    /// From now on the caller ends and starts the process, until ``release()``.
    func hold() async {
        if holding == nil { holding = Latch() }
        // What the supervision is starting just now is the caller's as well.
        _ = await launching?.value()
    }

    /// The supervision goes on with the process, and starts it if it does not run.
    func release() {
        holding?.set(true)
        holding = nil
    }

    /// A dead leader may leave its workers, and they the port.
    private func endLeftovers() async {
        guard let child else { return }
        kill(-child.pid, SIGKILL)
        guard let folder = specification.dataFolder else { return }
        await Leftovers(layout: layout).endProcesses(in: [folder])
    }

    // MARK: Stop

    /// Ends the process as its specification says, with SIGKILL at last.
    func stop() async {
        stopping.set(true)
        holding?.set(true)
        if await !end(specification.stopping) {
            progress.say("\(specification.name) did not stop in time and was killed")
        }
    }

    /// Ends the process, with SIGKILL at last.
    ///
    /// - Parameter wakes: a process that was paused hears nothing before it goes on.
    /// - Returns: whether it ended before it had to be killed.
    @discardableResult
    func end(_ sequence: StopSequence, wakes: Bool = true) async -> Bool {
        guard let child else { return true }
        for step in sequence.steps where child.exit.current == nil {
            kill(child.pid, step.signal.number)
            if wakes { signalAll(.resume) }
            _ = await child.exit.value(within: step.grace)
        }
        let hasEnded = child.exit.current != nil
        if !hasEnded { kill(child.pid, SIGKILL) }
        await endLeftovers()
        _ = await child.exit.value(within: .seconds(5))
        return hasEnded
    }

    // MARK: Operate

    /// Sends a signal, or says that there is no process to send it to.
    func send(_ signal: ProcessSignal) throws(ClusterError) {
        guard let child, child.exit.current == nil, kill(child.pid, signal.number) == 0 else {
            throw ClusterError("\(specification.name) is not running at the moment.")
        }
        // A server is paused with all of its workers, which would go on without it.
        if signal == .stop || signal == .resume { signalAll(signal) }
    }

    /// Whether the process runs; one that is paused does.
    var isRunning: Bool { child.map { $0.exit.current == nil } ?? false }

    /// Whether the process runs and was not suspended.
    var isHealthy: Bool {
        guard let child, child.exit.current == nil else { return false }
        return ProcessTable.read().tree(of: child.pid).first.map { !$0.isStopped } ?? false
    }

    /// The processes below this one that take requests: nginx's old workers say in their titles that they no longer do.
    var workers: Set<Int32> {
        guard let pid = child?.pid else { return [] }
        let below = ProcessTable.read().tree(of: pid).dropFirst()
        return Set(below.filter { !$0.title.contains("shutting down") }.map(\.pid))
    }

    private func signalAll(_ signal: ProcessSignal) {
        guard let child, child.exit.current == nil else { return }
        for entry in ProcessTable.read().tree(of: child.pid) { kill(entry.pid, signal.number) }
        // Patroni's PostgreSQL is no child of it.
        guard let folder = specification.dataFolder else { return }
        for entry in Leftovers(layout: layout).processes(in: [folder]) { kill(entry.pid, signal.number) }
    }

    func status() async -> ProcessStatus {
        let ready = await ReadinessProbe.isReady(specification.readiness)
        let pid = child.flatMap { $0.exit.current == nil ? $0.pid : nil }
        let sample = pid.map { usage.sample($0) }
        return ProcessStatus(
            name: specification.name, pid: pid.map(Int.init), port: specification.port,
            adminPort: specification.adminPort, ready: pid != nil && ready,
            residentMegabytes: sample?.residentMegabytes ?? 0, cpu: sample?.cpu ?? 0)
    }
}

extension ProcessSignal {
    var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        case .quit: SIGQUIT
        case .kill: SIGKILL
        case .stop: SIGSTOP
        case .resume: SIGCONT
        }
    }
}
