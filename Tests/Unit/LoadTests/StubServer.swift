import NIOCore
import NIOHTTP1
import NIOPosix

/// A server on loopback that answers each request with what a closure says.
final class StubServer: Sendable {
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var body = ""
        /// Whether the connection is closed instead.
        var hangsUp = false
        /// Whether nothing is sent at all.
        var isSilent = false
    }

    private let channel: any Channel
    private let group: MultiThreadedEventLoopGroup
    let port: Int

    private init(channel: any Channel, group: MultiThreadedEventLoopGroup, port: Int) {
        self.channel = channel
        self.group = group
        self.port = port
    }

    static func start(_ answer: @escaping @Sendable (HTTPRequestHead) -> Answer) async throws -> StubServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return StubServer(channel: channel, group: group, port: channel.localAddress?.port ?? 0)
    }

    func stop() async throws {
        try await channel.close()
        try await group.shutdownGracefully()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (HTTPRequestHead) -> Answer
        private var head: HTTPRequestHead?

        init(_ answer: @escaping @Sendable (HTTPRequestHead) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body: break
            case .end:
                guard let head else { return }
                let answer = answer(head)
                if answer.hangsUp { return context.close(promise: nil) }
                if answer.isSilent { return }
                let fields: HTTPHeaders = ["Content-Length": "\(answer.body.utf8.count)"]
                context.write(
                    wrapOutboundOut(.head(.init(version: .http1_1, status: answer.status, headers: fields))),
                    promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
