import NIOCore
import NIOPosix
import NIOSSL

/// Opens sockets to one server: TCP, TLS over TCP, or a Unix socket.
struct RedisDialer: Sendable {
    private let address: RedisConfiguration.Address
    private let connectTimeout: TimeAmount
    private let tls: NIOSSLContext?

    init(configuration: RedisConfiguration) {
        self.address = configuration.address
        self.connectTimeout = TimeAmount(configuration.connectTimeout)
        self.tls = configuration.tls
    }

    func dial(for connection: RedisConnection) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: connection.eventLoop)
            .connectTimeout(connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls, case .tcp(let host, _) = address {
                        try channel.pipeline.syncOperations.addHandler(Self.tlsHandler(tls, host: host))
                    }
                    try channel.pipeline.syncOperations.addHandler(RedisChannelHandler(connection: connection))
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
