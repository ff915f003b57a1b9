import NIOCore
import NIOPosix

/// Asks a process whether it is ready, over the network or its socket, within a second.
struct ReadinessProbe {
    static let limit: TimeAmount = .seconds(1)

    static func isReady(_ readiness: Readiness) async -> Bool {
        switch readiness {
        case .tcp(let port):
            return await ask(.tcp(port), sending: []) { _ in true }
        case .http(let port, let path):
            let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            return await ask(.tcp(port), sending: Array(request.utf8)) { $0.starts(with: "HTTP/1.1 200 ".utf8) }
        case .postgres(let socket):
            // 'R': it asks for a password. While it starts or stops, it answers 'E' (SQLSTATE 57P03).
            return await ask(.unix(socket), sending: postgresStartup) { $0.first == UInt8(ascii: "R") }
        case .redis(let socket, let password):
            let request = "AUTH \(password)\r\nPING\r\n"
            return await ask(.unix(socket), sending: Array(request.utf8)) { $0.starts(with: "+OK\r\n+PONG\r\n".utf8) }
        }
    }

    private enum Address {
        case tcp(Int)
        case unix(String)
    }

    /// StartupMessage of the PostgreSQL protocol: length, version 3.0, user.
    private static var postgresStartup: [UInt8] {
        let parameters = Array("user\0postgres\0\0".utf8)
        let length = 8 + parameters.count
        return [0, 0, UInt8(length >> 8), UInt8(length & 0xff), 0, 3, 0, 0] + parameters
    }

    private static func ask(
        _ address: Address, sending request: [UInt8], isReady: @escaping @Sendable ([UInt8]) -> Bool
    ) async -> Bool {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Bool.self)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ProbeHandler(request: request, isReady: isReady, answer: answer))
                }
            }
        let connecting =
            switch address {
            case .tcp(let port): bootstrap.connect(host: "127.0.0.1", port: port)
            case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        connecting.whenFailure { _ in answer.succeed(false) }
        return (try? await answer.futureResult.get()) ?? false
    }
}

/// Sends the request, and judges what has come back as long as it is not enough to say yes.
private final class ProbeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: [UInt8]
    private let isReady: @Sendable ([UInt8]) -> Bool
    private let answer: EventLoopPromise<Bool>
    private var received: [UInt8] = []
    private var isDone = false
    private var deadline: Scheduled<Void>?

    init(request: [UInt8], isReady: @escaping @Sendable ([UInt8]) -> Bool, answer: EventLoopPromise<Bool>) {
        self.request = request
        self.isReady = isReady
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !request.isEmpty else { return finish(true, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: ReadinessProbe.limit) {
            let (handler, context) = bound.value
            handler.finish(false, context)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += Array(unwrapInboundIn(data).readableBytesView)
        if isReady(received) { finish(true, context) }
    }

    func channelInactive(context: ChannelHandlerContext) { finish(false, context) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(false, context) }

    private func finish(_ ready: Bool, _ context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        deadline?.cancel()
        answer.succeed(ready)
        context.close(promise: nil)
    }
}
