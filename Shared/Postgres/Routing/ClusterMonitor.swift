import Logging

/// Asks every server for its state, each in its own rhythm so that one that hangs delays no other's, and keeps the
/// heartbeat going.
struct ClusterMonitor: Sendable {
    let servers: [PostgresServer]
    let state: ClusterState
    let options: ReadRoutingOptions
    let logger: Logger

    /// Runs until its task is cancelled.
    func run() async {
        await withTaskGroup { group in
            for server in servers.indices { group.addTask { await watch(server) } }
        }
        state.changes.close()
    }

    private func watch(_ server: Int) async {
        var shown = "unknown"
        while !Task.isCancelled {
            let asked = ContinuousClock.now
            state.withRegistry { $0.asked(server, at: asked) }
            do throws(PostgresError) {
                let report = try await servers[server].probe()
                servers[server].client.noteServer(isAlive: true)
                note(report, of: server, asked: asked)
                if state.isStillPrimary(server) { await keepBeating(report, on: server) }
                log(describe(report, server), server, &shown)
            } catch {
                guard error.code != .cancelled else { return }
                servers[server].client.noteServer(isAlive: false)
                state.withRegistry { $0.failed(server, asked: asked) }
                log("silent", server, &shown, cause: error.message)
            }
            state.changes.announce()
            let isUrgent = state.primary == nil
            let interval = isUrgent ? options.urgentProbeInterval : options.probeInterval
            try? await Task.sleep(until: asked + interval, clock: .continuous)
        }
    }

    private func note(_ report: ServerReport, of server: Int, asked: ContinuousClock.Instant) {
        let replaced = state.withRegistry { $0.answered(server, report, asked: asked) }
        for old in replaced { servers[old].client.disconnect("the server is not the primary any more") }
    }

    private func keepBeating(_ report: ServerReport, on server: Int) async {
        // Where there is no replica there is nothing to compare.
        guard servers.count > 1, !(.zero...options.beatInterval).contains(report.beatAge) else { return }
        let asked = ContinuousClock.now
        // Without a beat the replicas leave rotation by themselves.
        guard let beat = try? await servers[server].raiseBeat(interval: options.beatInterval) else { return }
        state.withRegistry { $0.raisedBeat(beat, on: server, asked: asked) }
    }

    private func describe(_ report: ServerReport, _ server: Int) -> String {
        let role = state.isStillPrimary(server) ? "primary" : report.isInRecovery ? "replica" : "neither"
        return "\(role) \"\(report.name)\" of epoch \(report.epoch)"
    }

    private func log(_ status: String, _ server: Int, _ shown: inout String, cause: String? = nil) {
        guard status != shown else { return }
        shown = status
        var metadata: Logger.Metadata = ["server": "\(server + 1)", "status": "\(status)"]
        if let cause { metadata["cause"] = "\(cause)" }
        logger.log(level: cause == nil ? .info : .warning, "A PostgreSQL server's state changed", metadata: metadata)
    }
}
