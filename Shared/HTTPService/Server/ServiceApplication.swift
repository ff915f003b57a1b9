package import Hummingbird
package import Logging
package import NIOCore
package import PrometheusMetrics
package import ServiceLifecycle
package import Traces
import UnixSignals

/// One process: what it depends on, its listeners and its admin port, started together and stopped in the right order.
///
/// The group shuts down from its end: readiness fails and the drain delay passes, the public listener stops accepting and
/// finishes what is in flight, the admin port closes, and last the connections to PostgreSQL and Redis.
package struct ServiceApplication: Sendable {
    /// What the public port answers, where its listener tells.
    package let routes: [ServedRoute]

    private let settings: ServerSettings
    private let services: [any Service]
    private let logger: Logger

    /// - Parameters:
    ///   - health: what `/readyz` asks.
    ///   - metrics: what `/metrics` tells.
    ///   - traces: what exports the spans; it goes last, because the others may still record some.
    ///   - dependencies: what the listener needs, in the order of their dependencies.
    ///   - listener: the public port; it calls `drain.beginServing()` once it accepts connections.
    ///   - addAdminRoutes: what the admin port answers besides its probes.
    ///   - onAdminListening: called with the admin port once it accepts connections.
    package init(
        settings: ServerSettings, drain: DrainState, health: HealthReport, metrics: MetricsReport = MetricsReport(),
        traces: TraceExport? = nil, dependencies: [any Service],
        listener: any Service, eventLoopGroup: any EventLoopGroup, logger: Logger,
        addAdminRoutes: (Router<ServiceRequestContext>) -> Void = { _ in },
        onAdminListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        let router = Router<ServiceRequestContext>.service()
        AdminEndpoints(
            drain: drain, health: health, metrics: metrics.adding { SpanQueue.families(of: traces?.queue) }
        ).addRoutes(to: router)
        addAdminRoutes(router)
        let admin = HTTPListener(
            addresses: [settings.adminAddress], router: router, drain: drain, eventLoopGroup: eventLoopGroup,
            logger: logger, onListening: onAdminListening)
        routes = (listener as? HTTPListener)?.routes ?? []
        self.settings = settings
        self.logger = logger
        services =
            (traces.map { [$0.exporter] } ?? []) + dependencies + [
                admin, listener, GracefulDrain(state: drain, delay: settings.drainDelay, logger: logger),
            ]
    }

    /// Runs until a signal (SIGTERM or SIGINT) or a failure ends it.
    ///
    /// - Throws: what a service failed with, such as ``ListenError``.
    package func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.drainDelay + .seconds(30)
        try await ServiceGroup(configuration: configuration).run()
    }
}
