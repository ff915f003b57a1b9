import NIOCore
import NIOPosix
import NIOSSL

/// Opens sockets to one server, or to the one that Sentinels name: TCP, TLS over TCP, or a Unix socket.
struct RedisDialer: Sendable {
    private let address: RedisConfiguration.Address
    private let sentinels: RedisSentinels?
    private let password: String?
    private let connectTimeout: TimeAmount
    private let tls: NIOSSLContext?

    init(configuration: RedisConfiguration) {
        self.address = configuration.address
        self.sentinels = configuration.sentinels
        self.password = configuration.password
        self.connectTimeout = TimeAmount(configuration.connectTimeout)
        self.tls = configuration.tls
    }

    func dial(for connection: RedisConnection) -> EventLoopFuture<any Channel> {
        let eventLoop = connection.eventLoop
        guard let sentinels else { return open(address, for: connection) }
        return master(sentinels, sentinels.addresses.shuffled()[...], on: eventLoop)
            .flatMap { open($0, for: connection) }
    }

    private func open(
        _ address: RedisConfiguration.Address, for connection: RedisConnection
    ) -> EventLoopFuture<any Channel> {
        connect(to: address, on: connection.eventLoop) { RedisChannelHandler(connection: connection) }
    }

    /// The master, as the first Sentinel names it that answers.
    private func master(
        _ sentinels: RedisSentinels, _ addresses: ArraySlice<RedisConfiguration.Address>, on eventLoop: any EventLoop
    ) -> EventLoopFuture<RedisConfiguration.Address> {
        guard let address = addresses.first else {
            return eventLoop.makeFailedFuture(RedisError(.unavailable, "no Sentinel knows the master"))
        }
        let answer = eventLoop.makePromise(of: RedisConfiguration.Address.self)
        let commands = (password.map { [["AUTH", .string($0)]] } ?? []) + [sentinels.question]
        connect(to: address, on: eventLoop) {
            RedisSentinelQuery(commands: commands, limit: connectTimeout, answer: answer)
        }.whenFailure { answer.fail($0) }
        return answer.futureResult.flatMapError { _ in
            master(sentinels, addresses.dropFirst(), on: eventLoop)
        }
    }

    private func connect(
        to address: RedisConfiguration.Address, on eventLoop: any EventLoop,
        _ handler: @escaping @Sendable () -> some ChannelHandler
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls, case .tcp(let host, _) = address {
                        try channel.pipeline.syncOperations.addHandler(Self.tlsHandler(tls, host: host))
                    }
                    try channel.pipeline.syncOperations.addHandler(handler())
                }
            }
        switch address {
        case .unixSocket(let path):
            return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port):
            if let numeric = try? SocketAddress(ipAddress: host, port: port) { return bootstrap.connect(to: numeric) }
            return bootstrap.connect(host: host, port: port)
        }
    }

    /// A numeric address has no name to send (RFC 6066, section 3); its certificate is checked all the same.
    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        let isNumeric = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isNumeric ? nil : host)
    }
}
