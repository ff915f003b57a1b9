package import Authentication
package import NIOHTTP1

/// Where a request goes, and what it must pass first.
package final class Route: Sendable {
    /// Who may use a route.
    package enum Access: String, Sendable, Hashable, CaseIterable {
        /// Anybody.
        case anonymous
        /// Callers with a valid access token.
        case authenticated
    }

    /// Who answers a request.
    package enum Destination: Sendable, Hashable {
        case upstream(UpstreamName)
        /// The gateway itself, from what its health checks last saw.
        case health
        /// The gateway itself: a WebSocket with the caller's events. Who calls may be told by its first message.
        case stream
    }

    /// What a route does with browser sessions, beyond serving who has one.
    package enum BrowserSession: String, Sendable, Hashable, CaseIterable {
        /// Signs a browser in: only our own pages may ask for it.
        case begins
        /// Takes the refresh token from its cookie, which no other route is given; and it is here that the gateway itself
        /// asks for the next access token of a browser.
        case refreshes
    }

    /// A stable name, such as `strategies.list`: part of the limiter's keys and of log lines.
    package let name: String
    /// The methods that the route takes. `GET` includes `HEAD`.
    package let methods: [HTTPMethod]
    /// Segments separated by slashes; `{name}` stands for any one segment.
    package let path: String
    package let destination: Destination
    package let access: Access
    /// What a request is counted by: every limit admits it and all are charged, or none is.
    package let limits: [RouteLimit]
    /// From the end of the request to the end of its answer; `nil` where the gateway's own timeout holds.
    package let timeout: Duration?
    /// In bytes; `nil` where the gateway's own limit holds.
    package let maximumBody: Int?
    /// Whether its requests go before others where not all can be served.
    package let priority: RequestPriority
    /// Whether a client and the upstream may agree to go on as a WebSocket.
    package let allowsUpgrade: Bool
    /// What an API key needs a scope for; `nil` where none is let through.
    package let resource: ScopedResource?
    package let browserSession: BrowserSession?
    /// How it moves from one service to another; `nil` for a route that does not, which is led by its destination alone.
    package let migration: RouteMigration?

    package init(
        _ name: String, _ methods: [HTTPMethod], _ path: String, to destination: Destination,
        access: Access = .authenticated, limits: [RouteLimit] = [], timeout: Duration? = nil, maximumBody: Int? = nil,
        priority: RequestPriority = .normal, allowsUpgrade: Bool = false, resource: ScopedResource? = nil,
        browserSession: BrowserSession? = nil, migration: RouteMigration? = nil
    ) {
        self.name = name
        self.methods = methods.contains(.GET) ? methods + [.HEAD] : methods
        self.path = path
        self.destination = destination
        self.access = access
        self.limits = limits
        self.timeout = timeout
        self.maximumBody = maximumBody
        self.priority = priority
        self.allowsUpgrade = allowsUpgrade
        self.resource = resource
        self.browserSession = browserSession
        self.migration = migration
    }

    /// What the limiter is asked before a request of this subject goes on.
    package func questions(_ subject: RequestGuard.Subject) -> [RateLimitQuestion] {
        if case .stream = destination { return streamLimits(subject).compactMap { $0.question(subject) } }
        guard limits.count != 1 else { return limits[0].question(subject).map { [$0] } ?? [] }
        return limits.compactMap { $0.question(subject) }
    }

    /// Anybody may open a stream: who has said who it is, is counted by the policies that count callers, others by the rest.
    private func streamLimits(_ subject: RequestGuard.Subject) -> [RouteLimit] {
        let ofCallers = limits.filter(\.policy.countsCallers)
        return subject.caller != nil && !ofCallers.isEmpty ? ofCallers : limits.filter { !$0.policy.countsCallers }
    }
}
