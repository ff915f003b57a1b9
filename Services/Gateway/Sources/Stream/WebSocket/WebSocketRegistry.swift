import FoundationEssentials

/// The WebSockets of one event loop, and the time that passes for all of them.
final class WebSocketRegistry {
    let limits: WebSocketLimits
    let times: WebSocketLifecycle.Times
    let counters: StreamCounters
    private let connectionCount: ConnectionCount
    private var connections: [WebSocketConnection] = []
    private(set) var tick: UInt32 = 0
    /// Ticks over which those that are left are still told to go; nil while nobody is.
    private var drainTicks: Int?

    /// One tick after the other a part is told to go, so that they do not all come back at once.
    private static let drainLength = 10
    /// Sessions are asked at every second tick: a revoked one ends within a fifth of a second of its becoming known.
    private static let sessionInterval: UInt32 = 2

    init(limits: WebSocketLimits, counters: StreamCounters, connectionCount: ConnectionCount) {
        self.limits = limits
        times = WebSocketLifecycle.Times(limits)
        self.counters = counters
        self.connectionCount = connectionCount
    }

    var count: Int { connections.count }

    func add(_ connection: WebSocketConnection) {
        connection.place = connections.count
        connections.append(connection)
        counters.open.add()
    }

    func remove(_ connection: WebSocketConnection) {
        connectionCount.decrease()
        counters.open.subtract()
        guard let last = connections.popLast(), last !== connection else { return }
        connections[connection.place] = last
        last.place = connection.place
    }

    func advance(to tick: UInt32, isDraining: Bool) {
        self.tick = tick
        if isDraining { drain() }
        let asksSessions = tick % Self.sessionInterval == 0
        let seconds = asksSessions && !connections.isEmpty ? Int(Date().timeIntervalSince1970) : nil
        // From the end, because a connection that is closed gives its place to the last one.
        for index in connections.indices.reversed() where index < connections.count {
            connections[index].check(tick: tick, seconds: seconds, beginsSecond: tick % 10 == 0)
        }
    }

    /// Tells a share of those that are left to connect elsewhere.
    private func drain() {
        let ticks = max(drainTicks ?? Self.drainLength, 1)
        drainTicks = ticks - 1
        let open = connections.filter(\.isOpen)
        for connection in open.suffix((open.count + ticks - 1) / ticks) {
            connection.close(.serviceRestart, reason: "The gateway restarts: connect again")
        }
    }

    func shutDown() {
        for connection in connections { connection.abort() }
    }
}
