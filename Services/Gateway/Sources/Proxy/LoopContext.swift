import HTTPService
import Logging
import NIOCore

/// What the connections of one event loop share. Touched on that event loop alone.
final class LoopContext {
    let eventLoop: any EventLoop
    /// Replaced as a whole when the configuration changes.
    var policy: GatewayPolicy
    /// Of routes that move; replaced as a whole when one of them does.
    var stages: MigrationStages
    let writes: WritesInFlight
    var heldWrites: [HeldWrite] = []
    let evidence: MigrationEvidence
    /// `nil` where nothing is compared.
    let shadow: ShadowRunner?
    var sampler = Sampler()
    let pools: [UpstreamPool]
    let log: ErrorLog
    let drain: DrainState
    let health: GatewayHealth
    let stream: StreamLoop
    let tunnels: TunnelRegistry
    let deadlines: Deadlines
    var accessLog: AccessLog
    let date = DateHeader()
    var identifiers = IdentifierGenerator()
    /// `nil` where no request is traced.
    let tracing: TraceSampling?
    var metrics = LoopMetrics()
    private var tickedAt = RequestGuard.microseconds()
    /// Ticks since the event loop's context was made.
    private(set) var tick: UInt32 = 0
    private var connections: [ClientConnection] = []
    private var isClosingIdle = false
    private let connectionCount: ConnectionCount

    /// The timeouts, in ticks.
    struct Deadlines {
        let requestHead, requestBody, keepAlive, admission, connection, answerHead, idle, linger, request: UInt32

        init(_ timeouts: GatewayTimeouts) {
            requestHead = Tick.count(timeouts.requestHead)
            requestBody = Tick.count(timeouts.requestBody)
            keepAlive = Tick.count(timeouts.keepAlive)
            admission = Tick.count(timeouts.admission)
            connection = Tick.count(timeouts.connect) + 50  // NIO's own connect timeout comes first
            answerHead = Tick.count(timeouts.answerHead)
            idle = Tick.count(timeouts.idle)
            linger = Tick.count(timeouts.linger)
            request = Tick.count(timeouts.request)
        }
    }

    init(
        eventLoop: any EventLoop, index: Int, of count: Int, policy: GatewayPolicy, upstreams: [UpstreamGroup],
        stream: StreamEndpoint, health: GatewayHealth, drain: DrainState, connectionCount: ConnectionCount,
        tracing: TraceSampling?, stages: MigrationStages, migration: MigrationParts, logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.policy = policy
        self.stages = stages
        writes = migration.writes
        evidence = migration.evidence
        shadow = migration.shadow
        self.drain = drain
        self.tracing = tracing
        self.health = health
        self.connectionCount = connectionCount
        self.stream = StreamLoop(eventLoop: eventLoop, endpoint: stream, connectionCount: connectionCount)
        tunnels = TunnelRegistry(
            idle: policy.timeouts.tunnel, guards: policy.guards, connectionCount: connectionCount)
        let log = ErrorLog(logger: logger)
        self.log = log
        accessLog = AccessLog(logger: logger, interval: policy.accessLogInterval)
        deadlines = Deadlines(policy.timeouts)
        let poolLoop = PoolLoop(
            eventLoop: eventLoop, count: count, index: index, connectTimeout: TimeAmount(policy.timeouts.connect),
            log: log)
        pools = upstreams.map { UpstreamPool(group: $0, loop: poolLoop) }
    }

    /// `nil` for an upstream that a newer configuration no longer has. There are few: looking costs less than hashing.
    func pool(of upstream: UpstreamName) -> UpstreamPool? { pools.first { $0.group.name == upstream } }

    // MARK: Connections

    /// Whether answers say `Connection: close`.
    var isDraining: Bool { drain.isDraining }

    /// - Returns: false when there are as many connections as allowed.
    func add(_ connection: ClientConnection) -> Bool {
        connection.place = connections.count
        connections.append(connection)
        metrics.acceptedConnections += 1
        return connectionCount.increase() <= policy.maximumConnections
    }

    func remove(_ connection: ClientConnection) {
        connectionCount.decrease()
        handOver(connection)
    }

    /// The connection goes on without its handler, and still counts.
    func handOver(_ connection: ClientConnection) {
        guard let last = connections.popLast(), last !== connection else { return }
        connections[connection.place] = last
        last.place = connection.place
    }

    var connectionsLeft: Int { connections.count }

    // MARK: Time

    /// One tick has passed: what waits for too long is cut off.
    func advance() {
        tick &+= 1
        let now = RequestGuard.microseconds()
        metrics.ticked(late: now - tickedAt - Int(Tick.length / .microseconds(1)))
        tickedAt = now
        log.advance()
        stream.registry.advance(to: tick, isDraining: isDraining)
        tunnels.advance(to: tick, isDraining: isDraining)
        // From the end, because a connection that is closed gives its place to the last one.
        for index in connections.indices.reversed() where index < connections.count {
            connections[index].checkDeadline(now: tick, microseconds: now)
        }
        for pool in pools { pool.advance(to: tick, now: now) }
        advanceHeldWrites()
    }

    /// Nothing new is accepted: connections without a request under way are closed.
    func closeIdleConnections() {
        for connection in connections { connection.closeWhenIdle() }
    }

    /// What is in flight has had its time.
    func shutDown() {
        for connection in connections { connection.abort() }
        stream.registry.shutDown()
        tunnels.shutDown()
        for pool in pools { pool.shutDown() }
    }
}
