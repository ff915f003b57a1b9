package import APIContract

/// Everything that decides about requests: immutable, and shared by all event loops.
///
/// A new configuration is a new policy, which takes this one's place; a request that has begun keeps the one that it began
/// with.
package final class GatewayPolicy: Sendable {
    package let configuration: GatewayConfiguration
    package let router: Router
    package let head: RequestHeadPolicy
    private let origins: [String]
    package let cors: CORSPolicy
    package let crossSite: CrossSitePolicy
    package let proxies: TrustedProxies
    package let tokens: AccessTokenSource
    package let guards: RequestGuard
    package let failedAuthentications: FailedAuthentications
    /// How browser sessions go on; `nil` where they end with their access tokens.
    package let renewal: SessionRenewal?
    /// Where they are renewed.
    package let renewalRoute: Route?
    package let timeouts: GatewayTimeouts
    /// Client connections at once, over all event loops.
    package let maximumConnections: Int
    /// One request in so many is logged; 0 for none.
    package let accessLogInterval: Int

    package convenience init(
        configuration: GatewayConfiguration, limits: RequestLimits, origins: [String], proxies: TrustedProxies,
        tokens: AccessTokenSource, guards: RequestGuard, timeouts: GatewayTimeouts = .init(),
        maximumConnections: Int = 10_000, accessLogInterval: Int = 0, renewal: SessionRenewal? = nil
    ) {
        self.init(
            configuration, FailedAuthentications(limit: configuration.failedAuthentications), limits: limits,
            origins: origins, proxies: proxies, tokens: tokens, guards: guards, timeouts: timeouts,
            maximumConnections: maximumConnections, accessLogInterval: accessLogInterval, renewal: renewal)
    }

    private init(
        _ configuration: GatewayConfiguration, _ failedAuthentications: FailedAuthentications, limits: RequestLimits,
        origins: [String], proxies: TrustedProxies, tokens: AccessTokenSource, guards: RequestGuard,
        timeouts: GatewayTimeouts, maximumConnections: Int, accessLogInterval: Int, renewal: SessionRenewal?
    ) {
        self.configuration = configuration
        router = Router(configuration.routes)
        self.origins = origins
        head = RequestHeadPolicy(limits: limits, routeBodies: configuration.routes.compactMap(\.maximumBody))
        cors = CORSPolicy(origins: origins)
        crossSite = CrossSitePolicy(origins: origins)
        self.proxies = proxies
        self.tokens = tokens
        self.guards = guards
        self.failedAuthentications = failedAuthentications
        self.renewal = renewal
        renewalRoute = configuration.routes.first { $0.browserSession == .refreshes }
        self.timeouts = timeouts
        self.maximumConnections = maximumConnections
        self.accessLogInterval = accessLogInterval
    }

    /// This policy with another configuration. What has been counted so far stays counted.
    package func adopting(_ configuration: GatewayConfiguration) -> GatewayPolicy {
        GatewayPolicy(
            configuration, failedAuthentications.adopting(configuration.failedAuthentications), limits: head.limits,
            origins: origins, proxies: proxies, tokens: tokens, guards: guards, timeouts: timeouts,
            maximumConnections: maximumConnections, accessLogInterval: accessLogInterval, renewal: renewal)
    }
}
