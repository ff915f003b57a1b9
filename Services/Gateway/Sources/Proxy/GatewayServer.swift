import APIContract
package import HTTPService
package import Logging
import NIOCore
import NIOHTTP1
package import NIOPosix
package import PrometheusMetrics
import ServiceLifecycle
import Synchronization

/// The public port and the socket beside it: accepts clients' connections and carries their requests to the upstreams.
package final class GatewayServer: Service {
    private typealias Loops = [ObjectIdentifier: NIOLoopBound<LoopContext>]

    private let addresses: [ListenAddress]
    /// The policy that is in force, and where: the event loops, once they have been set up.
    private let state: Mutex<(policy: GatewayPolicy, stages: MigrationStages, loops: Loops)>
    private let migration: MigrationParts
    private let upstreams: [UpstreamGroup]
    private let stream: StreamEndpoint
    private let health: GatewayHealth
    private let drain: DrainState
    private let tracing: TraceSampling?
    private let eventLoopGroup: MultiThreadedEventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let connectionCount = ConnectionCount()

    /// - Parameters:
    ///   - addresses: at least one; the first is the port.
    ///   - tracing: which requests are traced; `nil` for none.
    ///   - onListening: called with the port once it accepts connections; the way to learn a port given as 0.
    package init(
        addresses: [ListenAddress], policy: GatewayPolicy, upstreams: [UpstreamGroup], stream: StreamEndpoint,
        health: GatewayHealth, drain: DrainState, migration: MigrationParts = MigrationParts(),
        eventLoopGroup: MultiThreadedEventLoopGroup, tracing: TraceSampling? = nil, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.addresses = addresses
        state = Mutex((policy, MigrationStages(), [:]))
        self.migration = migration
        self.upstreams = upstreams
        self.stream = stream
        self.health = health
        self.drain = drain
        self.tracing = tracing
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the service group shuts down: then it stops accepting, lets what is in flight finish within the time
    /// for it, and closes the rest.
    ///
    /// - Throws: `ListenError` when an address cannot be bound.
    package func run() async throws {
        let loops = try await makeLoops()
        let tickers = loops.values.map(startTicking)
        var channels: [any Channel] = []
        for address in addresses { channels.append(try await bind(address, loops)) }
        drain.beginServing()
        onListening(channels[0].localAddress?.port ?? 0)
        for (address, channel) in zip(addresses, channels) {
            logger.info("Listening", metadata: ["address": "\(channel.localAddress?.description ?? "\(address)")"])
        }
        try? await gracefulShutdown()
        for channel in channels { try? await channel.close() }
        await finish(loops)
        for ticker in tickers { ticker.cancel() }
    }

    /// What the event loops have counted. It asks each of them in turn, and waits for it.
    func counted() async -> LoopMetrics {
        var all = LoopMetrics()
        for loop in state.withLock({ Array($0.loops.values) }) {
            if let metrics = try? await loop.eventLoop.submit({ loop.value.metrics }).get() { all.add(metrics) }
        }
        return all
    }

    package func families() async -> [MetricFamily] {
        GatewayMetrics.families(await counted(), connections: connectionCount.value)
    }

    func activity(from before: LoopMetrics, to after: LoopMetrics, during time: Duration) -> GatewayActivity {
        GatewayActivity(
            from: before, to: after, seconds: time / .seconds(1), connections: connectionCount.value,
            policies: policy.configuration.policies)
    }

    // MARK: The policy

    private var policy: GatewayPolicy { state.withLock { $0.policy } }

    /// Puts another configuration in force; no connection and no request ends for it.
    ///
    /// - Returns: when every event loop begins its requests with it.
    package func adopt(_ configuration: GatewayConfiguration) async {
        for definition in configuration.upstreams {
            upstreams.first { $0.name == definition.name }?.adopt(definition)
        }
        let adopted = state.withLock { state in
            let policy = state.policy.adopting(configuration)
            state.policy = policy
            return state.loops.values.map { loop in loop.eventLoop.submit { loop.value.policy = policy } }
        }
        for loop in adopted { try? await loop.get() }
    }

    /// Puts other stages of the routes that move in force; no connection and no request ends for it.
    ///
    /// - Returns: when every event loop begins its requests with them.
    package func adopt(_ stages: MigrationStages) async {
        let adopted: [EventLoopFuture<Void>] = state.withLock { state in
            if stages.version >= state.stages.version { state.stages = stages }
            let newest = state.stages
            return state.loops.values.map { loop in loop.eventLoop.submit { loop.value.adopt(newest) } }
        }
        for loop in adopted { try? await loop.get() }
    }

    // MARK: Event loops

    private func makeLoops() async throws -> Loops {
        var loops: Loops = [:]
        let eventLoops = Array(eventLoopGroup.makeIterator())
        for (index, eventLoop) in eventLoops.enumerated() {
            loops[ObjectIdentifier(eventLoop)] = try await eventLoop.submit { [self] in
                let context = LoopContext(
                    eventLoop: eventLoop, index: index, of: eventLoops.count, policy: policy, upstreams: upstreams,
                    stream: stream, health: health, drain: drain, connectionCount: connectionCount,
                    tracing: tracing, stages: state.withLock { $0.stages }, migration: migration, logger: logger)
                return NIOLoopBound(context, eventLoop: eventLoop)
            }.get()
        }
        state.withLock { [loops] state in
            state.loops = loops
            // They may have been replaced since the contexts were made.
            let (policy, stages) = (state.policy, state.stages)
            for loop in loops.values {
                loop.eventLoop.execute {
                    loop.value.policy = policy
                    loop.value.adopt(stages)
                }
            }
        }
        return loops
    }

    private func startTicking(_ loop: NIOLoopBound<LoopContext>) -> RepeatedTask {
        let tick = TimeAmount(Tick.length)
        return loop.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in loop.value.advance() }
    }

    // MARK: Listening

    private func bind(_ address: ListenAddress, _ loops: Loops) async throws -> any Channel {
        do {
            let bootstrap = ServerBootstrap(group: eventLoopGroup)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { return }
                        try Self.addHandlers(to: channel, loop.value)
                    }
                }
            switch address {
            case .port(let host, let port): return try await bootstrap.bind(host: host, port: port).get()
            case .socket(let path):
                let channel = try await bootstrap.bind(
                    unixDomainSocketPath: path, cleanupExistingSocketFile: true
                ).get()
                address.open()
                return channel
            }
        } catch {
            throw ListenError(error, at: address) ?? error
        }
    }

    private static func addHandlers(to channel: any Channel, _ loop: LoopContext) throws {
        let policy = loop.policy
        let peer = channel.remoteAddress
        let gate = InboundGate()
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .drop,
            limitConfiguration: .client(policy.head.limits))
        try channel.pipeline.syncOperations.addHandlers([
            gate, ByteToMessageHandler(decoder),
            ClientConnection(
                loop: loop, peer: peer?.ipAddress ?? "127.0.0.1",
                peerIsTrusted: peer.map(policy.proxies.contains) ?? false, gate: gate),
        ])
    }

    // MARK: Ending

    private func finish(_ loops: Loops) async {
        let deadline = ContinuousClock.now + policy.timeouts.drain
        while connectionCount.value > 0, ContinuousClock.now < deadline {
            for loop in loops.values { loop.eventLoop.execute { loop.value.closeIdleConnections() } }
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { break }
        }
        if connectionCount.value > 0 {
            logger.warning("Cutting off what is in flight", metadata: ["connections": "\(connectionCount.value)"])
        }
        for loop in loops.values { try? await loop.eventLoop.submit { loop.value.shutDown() }.get() }
    }
}
