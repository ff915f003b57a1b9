import NIOCore
import NIOHTTP1
import NIOPosix

/// The connections of one event loop to the instances of one service.
final class UpstreamPool {
    enum Lease {
        case connection(UpstreamConnection)
        /// The client connection is told when there is one.
        case connecting
        case failed(ExchangeState.Failure)
    }

    let group: UpstreamGroup
    private let eventLoop: any EventLoop
    private let connectTimeout: TimeAmount
    private let log: ErrorLog
    private var selector: UpstreamSelector
    private var idle: [IdleConnections<UpstreamConnection>]
    private var tick: UInt32 = 0
    private var isClosed = false

    init(
        group: UpstreamGroup, eventLoop: any EventLoop, connectTimeout: Duration,
        limits: UpstreamPoolLimits, log: ErrorLog
    ) {
        self.group = group
        self.eventLoop = eventLoop
        self.connectTimeout = TimeAmount(connectTimeout)
        self.log = log
        selector = UpstreamSelector(endpoints: group.endpoints.count)
        idle = group.endpoints.map { _ in IdleConnections(limits: limits) }
    }

    /// Finds a connection for an exchange and counts the exchange for its endpoint until ``finish(_:)``.
    ///
    /// - Parameter fresh: a reused connection has just failed.
    func lease(for exchange: Exchange, of client: ClientConnection, fresh: Bool) -> Lease {
        let endpoint = selector.select(
            healthy: group.healthy, doubtful: group.doubtful, excluding: exchange.failedEndpoints)
        guard let endpoint else { return .failed(.noEndpoint) }
        exchange.endpoint = endpoint
        switch idle[endpoint].lease(fresh: fresh) {
        case .reuse(let connection): return .connection(connection)
        case .connect:
            connect(to: endpoint, for: exchange, of: client)
            return .connecting
        case .exhausted:
            finish(exchange)
            return .failed(.exhausted)
        }
    }

    /// The exchange no longer counts for its endpoint.
    func finish(_ exchange: Exchange) {
        guard let endpoint = exchange.endpoint else { return }
        exchange.endpoint = nil
        selector.finish(endpoint)
    }

    // MARK: Connections

    func release(_ connection: UpstreamConnection) -> Bool {
        !isClosed && idle[connection.endpoint].release(connection, now: tick)
    }

    func closed(_ connection: UpstreamConnection) { idle[connection.endpoint].closed(connection) }

    /// Closes what has been idle for too long.
    func advance(to tick: UInt32) {
        self.tick = tick
        for endpoint in idle.indices {
            for connection in idle[endpoint].expire(now: tick) { connection.close() }
        }
    }

    func shutDown() {
        isClosed = true
        for endpoint in idle.indices {
            for connection in idle[endpoint].drain() { connection.close() }
        }
    }

    private func connect(to endpoint: Int, for exchange: Exchange, of client: ClientConnection) {
        dial(endpoint).assumeIsolated().whenComplete { result in
            let opened = result.flatMap { channel in Result { try self.adopt(channel) } }
            switch opened {
            case .success(let connection):
                let isTaken = client.connected(to: connection, for: exchange)
                if !isTaken, !self.release(connection) { connection.close() }
            case .failure(let error):
                self.idle[endpoint].closed(nil)
                if self.group.connectFailed(endpoint) {
                    self.log.connectFailed(self.group, endpoint: endpoint, error: error)
                }
                client.connectFailed(endpoint: endpoint, for: exchange, cause: error)
            }
        }
    }

    private func dial(_ endpoint: Int) -> EventLoopFuture<any Channel> {
        let target = group.endpoints[endpoint]
        let pool = NIOLoopBound(self, eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.addHandlers(to: channel, endpoint, pool.value) }
            }
        return target.address.map { bootstrap.connect(to: $0) }
            ?? bootstrap.connect(host: target.host, port: target.port)
    }

    /// From here on the channel's end is counted.
    private func adopt(_ channel: any Channel) throws -> UpstreamConnection {
        let connection = try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
        guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
        connection.isAdopted = true
        return connection
    }

    private static func addHandlers(to channel: any Channel, _ endpoint: Int, _ pool: UpstreamPool) throws {
        let writer = UpstreamWriter()
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward,
            limitConfiguration: .upstream)
        try channel.pipeline.syncOperations.addHandlers([
            writer, ByteToMessageHandler(decoder), UpstreamConnection(endpoint: endpoint, pool: pool, writer: writer),
        ])
    }
}

extension NIOHTTPDecoderLimitConfiguration {
    /// Our own services' answers: roomy, but bounded.
    fileprivate static var upstream: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 32 * 1024
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldCount = 200
        return limits
    }
}
