import NIOCore
import NIOHTTP1
import NIOPosix

/// What a pool has to know of its event loop.
struct PoolLoop {
    let eventLoop: any EventLoop
    /// Among how many event loops.
    let count: Int
    let index: Int
    let connectTimeout: TimeAmount
    let log: ErrorLog
}

// Getting connections.
extension UpstreamPool {
    enum Lease {
        case connection(UpstreamConnection)
        /// The client connection is told when there is one.
        case connecting
        case failed(ExchangeState.Failure)
    }

    /// Finds a connection for an exchange and counts the exchange for its instance until ``finish(_:)``.
    ///
    /// - Parameter fresh: a reused connection has just failed.
    func lease(for exchange: Exchange, of client: ClientConnection, fresh: Bool, now: Int) -> Lease {
        guard let instance = choose(for: exchange, now: now) else { return .failed(.noEndpoint) }
        exchange.isOnReused = false
        switch instance.connections.lease(fresh: fresh) {
        case .reuse(let connection):
            exchange.isOnReused = true
            return .connection(connection)
        case .connect:
            connect(to: instance, for: exchange, of: client)
            return .connecting
        case .exhausted:
            finish(exchange)
            return .failed(.exhausted)
        }
    }

    private func connect(to instance: PooledInstance, for exchange: Exchange, of client: ClientConnection) {
        dial(instance).assumeIsolated().whenComplete { result in
            let opened = result.flatMap { channel in Result { try self.adopt(channel) } }
            switch opened {
            case .success(let connection):
                let isTaken = client.connected(to: connection, for: exchange)
                if !isTaken, !self.release(connection) { connection.close() }
            case .failure(let error):
                instance.connections.closed(nil)
                if self.group.connectFailed(instance.member) {
                    self.loop.log.connectFailed(self.group.name, instance.member.endpoint, error: error)
                }
                client.connectFailed(to: instance, for: exchange, cause: error)
            }
        }
    }

    private func dial(_ instance: PooledInstance) -> EventLoopFuture<any Channel> {
        let target = instance.member.endpoint
        let bound = NIOLoopBound((pool: self, instance: instance), eventLoop: loop.eventLoop)
        let bootstrap = ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(loop.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.addHandlers(to: channel, bound.value.instance, bound.value.pool)
                }
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

    private static func addHandlers(to channel: any Channel, _ instance: PooledInstance, _ pool: UpstreamPool) throws {
        let writer = UpstreamWriter()
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .forward,
            limitConfiguration: .upstream)
        try channel.pipeline.syncOperations.addHandlers([
            writer, ByteToMessageHandler(decoder), UpstreamConnection(instance: instance, pool: pool, writer: writer),
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
