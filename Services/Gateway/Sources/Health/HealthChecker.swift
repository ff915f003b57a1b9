package import Logging
package import NIOCore
import ServiceLifecycle

/// Checks every instance of every upstream, each on its own, and takes them out of use and back.
package struct HealthChecker: Service {
    private let upstreams: [UpstreamGroup]
    private let health: GatewayHealth
    private let probe: HealthProbe
    private let interval: Duration
    private let logger: Logger

    /// How soon a check that brought no answer is done again.
    private static let hurry = Duration.milliseconds(100)

    /// - Parameters:
    ///   - interval: the time between two checks of an instance.
    ///   - timeout: how long an instance may take to answer one.
    package init(
        upstreams: [UpstreamGroup], health: GatewayHealth, interval: Duration, timeout: Duration,
        eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        self.upstreams = upstreams
        self.health = health
        self.interval = interval
        self.logger = logger
        probe = HealthProbe(eventLoopGroup: eventLoopGroup, timeout: TimeAmount(timeout))
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for upstream in upstreams {
                    for endpoint in upstream.endpoints.indices {
                        group.addTask { await watch(upstream, endpoint) }
                    }
                }
            }
        }
    }

    private func watch(_ upstream: UpstreamGroup, _ endpoint: Int) async {
        while !Task.isCancelled {
            let result = await probe.check(upstream.endpoints[endpoint])
            let (change, checkSoon) = upstream.checked(endpoint, result.finding, report: result.report)
            health.refresh()
            if let change { log(change, upstream, endpoint) }
            guard (try? await Task.sleep(for: checkSoon ? Self.hurry : interval)) != nil else { return }
        }
    }

    private func log(_ status: EndpointHealth.Status, _ upstream: UpstreamGroup, _ endpoint: Int) {
        logger.log(
            level: status == .healthy ? .info : .warning, "Upstream changed",
            metadata: [
                "upstream": "\(upstream.name.rawValue)", "endpoint": "\(upstream.endpoints[endpoint])",
                "status": "\(status.rawValue)",
            ])
    }
}
