package import APIContract

/// Everything that decides about requests: immutable, and shared by all event loops.
package final class GatewayPolicy: Sendable {
    package let router: Router
    package let head: RequestHeadPolicy
    package let cors: CORSPolicy
    package let crossSite: CrossSitePolicy
    package let proxies: TrustedProxies
    package let tokens: AccessTokenSource
    package let guards: RequestGuard
    package let failedAuthentications: FailedAuthentications
    package let timeouts: GatewayTimeouts
    /// Client connections at once, over all event loops.
    package let maximumConnections: Int
    /// One request in so many is logged; 0 for none.
    package let accessLogInterval: Int

    package init(
        router: Router, limits: RequestLimits, origins: [String], proxies: TrustedProxies, tokens: AccessTokenSource,
        guards: RequestGuard, failedAuthentications: FailedAuthentications, timeouts: GatewayTimeouts = .init(),
        maximumConnections: Int = 10_000, accessLogInterval: Int = 0
    ) {
        self.router = router
        head = RequestHeadPolicy(limits: limits)
        cors = CORSPolicy(origins: origins)
        crossSite = CrossSitePolicy(origins: origins)
        self.proxies = proxies
        self.tokens = tokens
        self.guards = guards
        self.failedAuthentications = failedAuthentications
        self.timeouts = timeouts
        self.maximumConnections = maximumConnections
        self.accessLogInterval = accessLogInterval
    }
}
