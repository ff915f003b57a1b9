import AsyncHTTPClient
package import LocalCluster

/// Causes the faults one after the other under a load, and looks what each of them does.
package struct FaultDrill: Sendable {
    /// How long a process may take until it is back, and the load until nothing fails any more.
    private static let limit: Duration = .seconds(60)

    private let cluster: RunningCluster
    private let progress: @Sendable (DrillFault) -> Void

    private var baseURL: String { "http://127.0.0.1:\(cluster.ports.nginx)" }

    /// - Parameter progress: told of each fault before it is caused.
    package init(_ cluster: RunningCluster, progress: @escaping @Sendable (DrillFault) -> Void) {
        self.cluster = cluster
        self.progress = progress
    }

    /// - Throws: ``DrillError`` or ``ClusterError`` when the drill cannot go on. A process that was paused goes on.
    package func run(_ faults: [DrillFault]) async throws -> [DrillResult] {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            var results: [DrillResult] = []
            for fault in faults {
                progress(fault)
                results.append(try await run(fault, client))
            }
            try await client.shutdown()
            return results
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    private func run(_ fault: DrillFault, _ client: HTTPClient) async throws -> DrillResult {
        let user = try await DrillUser.make(client, baseURL: baseURL)
        let load = DrillLoad(user)
        let times = try await load.run {
            try await wait("the cluster does not serve before the fault") { load.now.isCalm }
            return try await cause(fault, under: load)
        }
        let counts = try await DrillStore(cluster).strategies(of: user.id)
        let record = load.now
        let result = DrillResult(
            fault, record, StoredRows(acknowledged: record.acknowledged, counts: counts), times: times)
        await user.delete()
        return result
    }

    private func cause(_ fault: DrillFault, under load: DrillLoad) async throws -> DrillTimes {
        let before = try await status(of: fault.process)
        let start = ContinuousClock.now
        switch fault.kind {
        case .kill: try await command(.kill, fault.process)
        case .pause: try await pause(fault.process)
        case .cut: try await DrillStore(cluster).cutConnections(of: fault)
        }
        try await wait("\(fault.process) is not back") {
            let now = try await status(of: fault.process)
            return now.ready && (fault.kind != .kill || now.pid != before.pid)
        }
        let ready = ContinuousClock.now - start
        // Whatever fails late, fails while this counts.
        let answered = load.now.answered
        try await wait("the cluster does not serve after \(fault.process)'s \(fault.kind)") {
            let now = load.now
            return now.isCalm && now.answered[.read] ?? 0 >= (answered[.read] ?? 0) + 40
                && now.answered[.write] ?? 0 >= (answered[.write] ?? 0) + 8
        }
        let recovered = load.now.lastFailure.map { max(.zero, $0 - start) } ?? .zero
        return DrillTimes(ready: ready, recovered: recovered)
    }

    private func pause(_ process: String) async throws {
        try await command(.pause, process)
        // Also when this is cancelled, nothing stays paused.
        try? await Task.sleep(for: DrillFault.pauseTime)
        try await Task { try await command(.resume, process) }.value
    }

    // MARK: The cluster

    private func command(_ command: ControlRequest.Command, _ process: String) async throws {
        let reply = try await ControlClient(cluster.layout).send(ControlRequest(command, process: process))
        guard let reply else { throw DrillError("The supervisor has ended.") }
        if let error = reply.error { throw DrillError(error) }
    }

    private func status(of process: String) async throws -> ProcessStatus {
        guard let reply = try await ControlClient(cluster.layout).send(ControlRequest(.status)),
            let status = reply.processes.first(where: { $0.name == process })
        else { throw DrillError("The supervisor has ended.") }
        return status
    }

    private func wait(_ failure: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + Self.limit
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                throw DrillError("After \(Self.limit.components.seconds) s \(failure).")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
