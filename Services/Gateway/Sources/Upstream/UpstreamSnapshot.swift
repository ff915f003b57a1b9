/// One service as a gateway sees it at a moment; for metrics and for people.
package struct UpstreamSnapshot: Sendable {
    package struct Instance: Sendable {
        package let endpoint: UpstreamEndpoint
        package let health: EndpointHealth.Status
        /// Closed, unless the instance is ejected.
        package let circuit: CircuitBreaker.State
        /// How often it was ejected.
        package let ejections: Int
    }

    package let name: UpstreamName
    package let instances: [Instance]
    /// Of the service as a whole.
    package let circuit: CircuitBreaker.State
    package let circuitOpenings: Int
    /// All event loops together.
    package let pool: UpstreamPoolSnapshot
}

/// The pools of one service, of one event loop or of several together.
package struct UpstreamPoolSnapshot: Sendable, Hashable {
    /// Open connections, idle or not.
    package var connections = 0
    package var idleConnections = 0
    /// Requests at the service.
    package var requests = 0
    /// Requests that wait for their turn.
    package var waiting = 0
    /// Requests that found no place, since the start.
    package var refused = 0
    /// Requests that were sent again, since the start.
    package var retries = 0
    /// Requests that could have been sent again, but for the budget.
    package var retriesRefused = 0

    package init() {}

    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.connections += right.connections
        sum.idleConnections += right.idleConnections
        sum.requests += right.requests
        sum.waiting += right.waiting
        sum.refused += right.refused
        sum.retries += right.retries
        sum.retriesRefused += right.retriesRefused
        return sum
    }
}
