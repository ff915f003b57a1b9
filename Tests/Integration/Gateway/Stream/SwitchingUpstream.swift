import NIOCore
import NIOPosix
import Synchronization

/// An upstream that switches protocols: it answers the first request as it is told, and from then on does what the request's
/// `X-Behave` says with the bytes that come.
final class SwitchingUpstream: Sendable {
    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let heads = Mutex<[String]>([])
        let received = Mutex<[UInt8]>([])
        let ends = Mutex(0)
        let channels = Mutex<[any Channel]>([])
    }

    static let answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nServer: secret\r\n\r\n"

    /// - Parameter answer: may have bytes of the other protocol behind it.
    init(answer: String = SwitchingUpstream.answer) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                log.channels.withLock { $0.append(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(log, answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var heads: [String] { log.heads.withLock { $0 } }
    /// After the head.
    var receivedCount: Int { log.received.withLock { $0.count } }
    var receivedText: String { log.received.withLock { String(decoding: $0, as: UTF8.self) } }
    /// How often a client has ended its direction.
    var ends: Int { log.ends.withLock { $0 } }

    /// Lets connections that behave as `stall` take what is sent to them.
    func startReading() async throws {
        for channel in log.channels.withLock({ $0 }) { try await channel.setOption(.autoRead, value: true).get() }
    }

    func stop() async {
        try? await channel.close()
        for channel in log.channels.withLock({ $0 }) { try? await channel.close() }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let log: Log
        private let answer: String
        private var head: String? = ""
        private var echoes = false

        init(_ log: Log, _ answer: String) {
            self.log = log
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = Self.unwrapInboundIn(data)
            if let begun = head {
                let text = begun + (bytes.readString(length: bytes.readableBytes) ?? "")
                guard let end = text.firstRange(of: "\r\n\r\n") else {
                    head = text
                    return
                }
                head = nil
                let lines = String(text[..<end.lowerBound])
                log.heads.withLock { $0.append(lines) }
                echoes = lines.contains("X-Behave: echo")
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
                if lines.contains("X-Behave: stall") {
                    context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
                }
                bytes = ByteBuffer(string: String(text[end.upperBound...]))
                if bytes.readableBytes == 0 { return }
            }
            log.received.withLock { $0 += Array(bytes.readableBytesView) }
            if echoes { context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil) }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event as? ChannelEvent == .inputClosed else { return }
            log.ends.withLock { $0 += 1 }
            // It has a last word, which must still arrive.
            let last = context.eventLoop.makePromise(of: Void.self)
            last.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: "goodbye")), promise: last)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
