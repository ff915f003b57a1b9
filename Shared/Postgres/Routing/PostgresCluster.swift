package import Logging
package import ServiceLifecycle
package import Tracing

/// Several PostgreSQL servers, one primary among them: writes go to the primary, reads to a replica that is fresh
/// enough.
///
/// Which server is the primary is not a setting: each is asked a few times a second, and the one that the newest row
/// of `primary_epochs` names is it. A server of an older epoch gets nothing any more. Statements wait within their
/// deadline for a server that may take them, so that a restart or a promotion costs time and no error.
package final class PostgresCluster: Service, Sendable {
    let servers: [PostgresServer]
    let state: ClusterState
    let options: ReadRoutingOptions
    let deadline: Duration
    private let logger: Logger

    /// Nothing is dialled before ``run()``; statements wait for it.
    ///
    /// - Parameters:
    ///   - configurations: one for each server, in any order.
    ///   - tracer: records the statements of traced requests.
    /// - Throws: ``PostgresError`` with code `configuration` when there is no server, or no descriptor left.
    package init(
        configurations: [PostgresConfiguration], routing: ReadRoutingOptions = ReadRoutingOptions(),
        tracer: (any Tracer)? = nil, logger: Logger
    ) throws(PostgresError) {
        guard let deadline = configurations.map(\.deadline).max() else {
            throw PostgresError(.configuration, "no server is named")
        }
        var servers: [PostgresServer] = []
        for configuration in configurations {
            servers.append(
                try PostgresServer(
                    configuration: configuration, probeDeadline: routing.probeDeadline, tracer: tracer, logger: logger))
        }
        self.servers = servers
        self.deadline = deadline
        self.logger = logger
        options = routing
        state = ClusterState(servers: servers, options: routing)
    }

    /// Connects, watches the servers, and serves until the task is cancelled or the service group shuts down.
    package func run() async throws {
        let monitor = ClusterMonitor(servers: servers, state: state, options: options, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for server in servers { group.addTask { try await server.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await monitor.run() } }
            try await group.waitForAll()
        }
    }

    /// Whether some server can answer reads.
    package var isReady: Bool { state.canRead }

    /// Whether writes can be made.
    package var isPrimaryReady: Bool { state.primary.map { servers[$0].client.isReady } ?? false }

    package var status: PostgresClusterStatus { state.status }

    /// Waits for news of the servers.
    ///
    /// - Throws: `error` when the deadline has passed, and as ``StateChanges/next()`` does.
    func waitForChange(
        until deadline: ContinuousClock.Instant, else error: @autoclosure () -> PostgresError
    ) async throws(PostgresError) {
        guard ContinuousClock.now < deadline else { throw error() }
        try await state.changes.next()
    }
}
