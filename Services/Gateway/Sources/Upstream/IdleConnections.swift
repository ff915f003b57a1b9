/// The connections of one event loop to one endpoint: which are idle, how many there are.
///
/// Time is a count of ticks, which the caller keeps; the struct does no I/O and reads no clock.
package struct IdleConnections<Connection: AnyObject> {
    package enum Lease {
        /// A connection that was used before and may have gone stale.
        case reuse(Connection)
        case connect
        /// As many connections as allowed are in use.
        case exhausted
    }

    private struct Idle {
        let connection: Connection
        let since: UInt32
    }

    private let limits: UpstreamPoolLimits
    private let idleTicks: UInt32
    private var idle: [Idle] = []
    package private(set) var count = 0

    package init(limits: UpstreamPoolLimits) {
        self.limits = limits
        idleTicks = Tick.count(limits.idleTimeout)
    }

    package var idleCount: Int { idle.count }

    /// The connection that became idle last: the others may grow old and be closed.
    ///
    /// - Parameter fresh: do not reuse, because a reused connection has just failed.
    package mutating func lease(fresh: Bool) -> Lease {
        if !fresh, let last = idle.popLast() { return .reuse(last.connection) }
        guard count < limits.connections else { return .exhausted }
        count += 1
        return .connect
    }

    /// - Returns: whether the connection is kept; otherwise the caller closes it.
    package mutating func release(_ connection: Connection, now: UInt32) -> Bool {
        guard idle.count < limits.idle else { return false }
        idle.append(Idle(connection: connection, since: now))
        return true
    }

    /// A connection ended, or could not be made.
    package mutating func closed(_ connection: Connection?) {
        count -= 1
        if let connection { idle.removeAll { $0.connection === connection } }
    }

    /// The connections that have been idle for too long, to be closed; they no longer are idle.
    package mutating func expire(now: UInt32) -> [Connection] {
        guard let oldest = idle.first, now &- oldest.since >= idleTicks else { return [] }
        let fresh = idle.firstIndex { now &- $0.since < idleTicks } ?? idle.endIndex
        let expired = idle[..<fresh].map(\.connection)
        idle.removeSubrange(..<fresh)
        return expired
    }

    /// All idle connections, to be closed.
    package mutating func drain() -> [Connection] {
        defer { idle.removeAll() }
        return idle.map(\.connection)
    }
}
