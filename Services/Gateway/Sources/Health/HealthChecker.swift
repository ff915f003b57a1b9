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
                for upstream in upstreams { group.addTask { await watch(upstream) } }
            }
        }
    }

    /// Watches every instance for as long as it is a member.
    private func watch(_ upstream: UpstreamGroup) async {
        await withDiscardingTaskGroup { tasks in
            var watched: Set<UpstreamMember> = []
            for await members in upstream.updates() {
                for member in members where !watched.contains(member) {
                    tasks.addTask { await watch(upstream, member) }
                }
                watched = Set(members)
                health.refresh()
            }
        }
    }

    private func watch(_ upstream: UpstreamGroup, _ member: UpstreamMember) async {
        while !Task.isCancelled {
            let result = await probe.check(member.endpoint)
            guard let (change, checkSoon) = upstream.checked(member, result.finding, report: result.report) else {
                return
            }
            health.refresh()
            if let change { log(change, upstream, member) }
            guard (try? await Task.sleep(for: checkSoon ? Self.hurry : interval)) != nil else { return }
        }
    }

    private func log(_ status: EndpointHealth.Status, _ upstream: UpstreamGroup, _ member: UpstreamMember) {
        logger.log(
            level: status == .healthy ? .info : .warning, "Upstream changed",
            metadata: [
                "upstream": "\(upstream.name.rawValue)", "endpoint": "\(member.endpoint)",
                "status": "\(status.rawValue)",
            ])
    }
}
