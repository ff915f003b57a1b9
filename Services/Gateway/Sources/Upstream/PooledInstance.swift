/// One instance as one event loop sees it: its connections, and its load.
final class PooledInstance {
    let member: UpstreamMember
    var connections: IdleConnections<UpstreamConnection>
    var load = EndpointLoad()
    /// No longer in the list: what is under way is finished, and then its connection is closed.
    var isRemoved = false

    init(_ member: UpstreamMember, limits: UpstreamPoolLimits) {
        self.member = member
        connections = IdleConnections(limits: limits)
    }
}
