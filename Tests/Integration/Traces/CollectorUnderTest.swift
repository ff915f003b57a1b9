import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A collector that answers as the test says, and remembers what it was sent.
final class CollectorUnderTest: Sendable {
    enum Answer: Sendable {
        case status(UInt, retryAfter: String? = nil)
        /// Nothing at all.
        case silence
    }

    struct Request: Sendable {
        let path: String
        let fields: HTTPHeaders
        var body: [UInt8] = []
        var isComplete = false
    }

    private struct State {
        var requests: [Request] = []
        /// The last one holds from then on.
        var answers: [Answer]
    }

    private let channel: any Channel
    private let log: Log

    init(_ answers: Answer...) async throws {
        let log = Log(answers)
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(Handler(log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    var requests: [Request] { log.complete }

    func stop() async { try? await channel.close() }

    private final class Log: Sendable {
        private let state: Mutex<State>

        init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

        var complete: [Request] { state.withLock { $0.requests.filter(\.isComplete) } }

        func add(_ request: Request) -> Answer? {
            state.withLock { state in
                state.requests.append(request)
                return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private var request: Request?

        init(_ log: Log) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch Self.unwrapInboundIn(data) {
            case .head(let head): request = Request(path: head.uri, fields: head.headers)
            case .body(let bytes): request?.body += bytes.readableBytesView
            case .end:
                guard var request else { return }
                request.isComplete = true
                if let answer = log.add(request) { write(answer, context) }
            }
        }

        private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
            guard case .status(let status, let retryAfter) = answer else { return }
            var fields: HTTPHeaders = ["Content-Length": "0"]
            if let retryAfter { fields.add(name: "Retry-After", value: retryAfter) }
            let head = HTTPResponseHead(
                version: .http1_1, status: .init(statusCode: Int(status)), headers: fields)
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
