import NIOCore
import NIOPosix
import Synchronization

/// The way from a cluster's processes to its Redis, which can be closed or swallow everything.
final class RedisRelay: Sendable {
    private enum Mode {
        case passes
        /// Connections stay, and nothing comes through in either direction any more.
        case swallows
    }

    private struct State {
        var mode = Mode.passes
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
    }

    private let socket: String
    private let state = Mutex(State())
    let port: Int

    /// - Parameter socket: of the Redis; it need not be there yet.
    init(to socket: String) async throws {
        self.socket = socket
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
        try await listener.close()
        try await listen()
    }

    /// Passes everything on again, over new connections.
    func pass() async throws {
        let isClosed = state.withLock { state in
            state.mode = .passes
            return state.listener == nil
        }
        closeConnections()
        if isClosed { try await listen() }
    }

    /// Refuses connections, and ends those that there are.
    func refuse() async throws {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        try await listener?.close()
        closeConnections()
    }

    /// Swallows whatever is sent from now on, on old connections and on new ones.
    func swallow() { state.withLock { $0.mode = .swallows } }

    private func listen() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { client in self.connect(client) }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { $0.listener = listener }
    }

    private func connect(_ client: any Channel) -> EventLoopFuture<Void> {
        let isSwallowed = state.withLock { state in
            state.connections[ObjectIdentifier(client)] = client
            return state.mode == .swallows
        }
        client.closeFuture.whenComplete { _ in
            self.state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(client)) }
        }
        guard !isSwallowed else { return client.eventLoop.makeSucceededVoidFuture() }
        return ClientBootstrap(group: client.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Direction(to: client) { self.passes })
                }
            }
            .connect(unixDomainSocketPath: socket)
            .flatMapThrowing { server in
                try client.pipeline.syncOperations.addHandler(Direction(to: server) { self.passes })
            }
    }

    private var passes: Bool { state.withLock { $0.mode == .passes } }

    private func closeConnections() {
        for channel in state.withLock({ Array($0.connections.values) }) { channel.close(promise: nil) }
    }

    private final class Direction: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let other: any Channel
        private let passes: () -> Bool

        init(to other: any Channel, passes: @escaping () -> Bool) {
            self.other = other
            self.passes = passes
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard passes() else { return }
            other.writeAndFlush(Self.unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    }
}
