package import HTTPService
import JSON
import Synchronization

/// What `/health` answers, rendered when a check has found something out, so that asking costs nothing.
package final class GatewayHealth: Sendable {
    /// The version that `/health` names.
    package static let version = Release.version

    private let upstreams: [UpstreamGroup]
    private let redisIsReady: @Sendable () -> Bool
    private let revocationsAreReady: @Sendable () -> Bool
    private let drain: DrainState
    private let rendered: Mutex<(serving: GatewayAnswer, draining: GatewayAnswer)>

    package init(
        upstreams: [UpstreamGroup], drain: DrainState, redisIsReady: @escaping @Sendable () -> Bool,
        revocationsAreReady: @escaping @Sendable () -> Bool
    ) {
        self.upstreams = upstreams
        self.drain = drain
        self.redisIsReady = redisIsReady
        self.revocationsAreReady = revocationsAreReady
        rendered = Mutex((GatewayAnswer(status: 503), GatewayAnswer(status: 503)))
        refresh()
    }

    package var answer: GatewayAnswer {
        let isDraining = drain.isDraining
        return rendered.withLock { isDraining ? $0.draining : $0.serving }
    }

    /// Looks at everything again.
    package func refresh() {
        let report = HealthSummary(
            upstreams: upstreams.map { ($0.name, $0.instances) }, redisIsReady: redisIsReady(),
            revocationsAreReady: revocationsAreReady())
        let serving = GatewayAnswer(status: report.canServe ? 200 : 503, body: report.render(isDraining: false))
        let draining = GatewayAnswer(status: 503, body: report.render(isDraining: true))
        rendered.withLock { $0 = (serving, draining) }
    }
}
