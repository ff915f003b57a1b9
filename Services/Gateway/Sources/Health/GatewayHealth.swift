package import HTTPService
import JSON
import Synchronization

/// What `/health` answers, rendered when a check has found something out or something in this process has changed, so that
/// asking costs next to nothing.
package final class GatewayHealth: Sendable {
    /// The version that `/health` names.
    package static let version = Release.version

    private let upstreams: [UpstreamGroup]
    private let redisIsReady: @Sendable () -> Bool
    private let revocationsAreReady: @Sendable () -> Bool
    private let drain: DrainState
    private let rendered: Mutex<Rendered>

    private struct Rendered {
        /// Of what it tells.
        var own: Own
        var serving: GatewayAnswer
        var draining: GatewayAnswer
    }

    /// What this process knows by itself, at any time.
    private struct Own: Hashable {
        let redisIsReady: Bool
        let revocationsAreReady: Bool
    }

    package init(
        upstreams: [UpstreamGroup], drain: DrainState, redisIsReady: @escaping @Sendable () -> Bool,
        revocationsAreReady: @escaping @Sendable () -> Bool
    ) {
        self.upstreams = upstreams
        self.drain = drain
        self.redisIsReady = redisIsReady
        self.revocationsAreReady = revocationsAreReady
        rendered = Mutex(
            Rendered(
                own: Own(redisIsReady: false, revocationsAreReady: false), serving: GatewayAnswer(status: 503),
                draining: GatewayAnswer(status: 503)))
        refresh()
    }

    package var answer: GatewayAnswer {
        let isDraining = drain.isDraining
        if rendered.withLock({ $0.own }) != own { refresh() }
        return rendered.withLock { isDraining ? $0.draining : $0.serving }
    }

    /// Looks at everything again.
    package func refresh() {
        let own = own
        let report = HealthSummary(
            upstreams: upstreams.map { ($0.name, $0.instances) }, redisIsReady: own.redisIsReady,
            revocationsAreReady: own.revocationsAreReady)
        let serving = GatewayAnswer(status: report.canServe ? 200 : 503, body: report.render(isDraining: false))
        let draining = GatewayAnswer(status: 503, body: report.render(isDraining: true))
        rendered.withLock { $0 = Rendered(own: own, serving: serving, draining: draining) }
    }

    private var own: Own { Own(redisIsReady: redisIsReady(), revocationsAreReady: revocationsAreReady()) }
}
