/// How many connections one event loop may hold to one instance.
package struct UpstreamPoolLimits: Sendable, Hashable {
    /// At once, idle or not.
    package var connections = 512
    package var idle = 64
    /// Shorter than the time after which a service closes an idle connection.
    package var idleTimeout = Duration.seconds(30)

    package init() {}
}
