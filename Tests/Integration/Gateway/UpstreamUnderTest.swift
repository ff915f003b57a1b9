import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An upstream that does what the field `X-Behave` of a request asks for, and remembers what it was sent.
final class UpstreamUnderTest: Sendable {
    struct Request: Sendable {
        let connection: Int
        let method: HTTPMethod
        let uri: String
        let fields: HTTPHeaders
        var bodyBytes = 0
        var body = ""
        /// How much of a stream was handed to the system.
        var streamed = 0
        var trailers: HTTPHeaders?
        var isComplete = false
        var wasAbandoned = false
    }

    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        private let requests = Mutex<[Request]>([])
        private let connections = Mutex<[any Channel]>([])
        let isSilent = Atomic(false)
        let isHolding = Atomic(false)
        /// Milliseconds.
        let delay = Atomic(0)

        var all: [Request] { requests.withLock { $0 } }
        var open: [any Channel] { connections.withLock { $0 } }

        func connected(_ channel: any Channel) -> Int {
            connections.withLock {
                $0.append(channel)
                return $0.count
            }
        }

        func began(_ request: Request) -> Int {
            requests.withLock {
                $0.append(request)
                return $0.count - 1
            }
        }

        func change(_ index: Int, _ change: (inout Request) -> Void) { requests.withLock { change(&$0[index]) } }
    }

    init(port: Int = 0) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.so_sndbuf), value: 64 * 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(Handler(log))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    /// On a port that the system gives to nobody else, so that it stays free once this upstream is gone.
    static func onPortOfItsOwn() async throws -> UpstreamUnderTest {
        for _ in 0..<100 {
            // Below the range from which systems choose ports.
            if let upstream = try? await UpstreamUnderTest(port: .random(in: 20_000..<30_000)) { return upstream }
        }
        return try await UpstreamUnderTest()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    var requests: [Request] { log.all }

    /// Without health checks.
    var realRequests: [Request] { log.all.filter { $0.uri != "/health" } }

    var connectionCount: Int { Set(requests.map(\.connection)).count }

    /// Takes requests from now on and answers none, as a process that was stopped does.
    func fallSilent() { log.isSilent.store(true, ordering: .relaxed) }

    /// Goes on answering health checks, but everything else only after so many milliseconds.
    func slowDown(to milliseconds: Int) { log.delay.store(milliseconds, ordering: .relaxed) }

    /// Answers nothing but health checks until ``letGo()``.
    func hold() { log.isHolding.store(true, ordering: .relaxed) }

    /// Answers what was held.
    func letGo() {
        log.isHolding.store(false, ordering: .relaxed)
        for connection in log.open {
            connection.eventLoop.execute { connection.pipeline.fireUserInboundEventTriggered(LetGo()) }
        }
    }

    private struct LetGo {}

    /// Ends all connections, as a restart does, and goes on accepting new ones.
    func closeConnections() async { for connection in log.open { try? await connection.close() } }

    /// Lets those that behave as `stall` take what is sent to them.
    func startReading() async throws {
        for connection in log.open { try await connection.setOption(.autoRead, value: true).get() }
    }

    /// The same without a goodbye: what is written to them afterwards fails.
    func resetConnections() async {
        for connection in log.open {
            let option = (connection as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            try? await option?.get()
        }
        await closeConnections()
    }

    func stop() async {
        try? await channel.close()
        await closeConnections()
    }

    // MARK: Behaviour

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private var connection = 0
        private var index: Int?
        private var behaviour = ""
        private var method = HTTPMethod.GET
        private var left = 0
        private var isChecked = false
        private var holdsAnswer = false

        init(_ log: Log) { self.log = log }

        func channelActive(context: ChannelHandlerContext) { connection = log.connected(context.channel) }

        func channelInactive(context: ChannelHandlerContext) {
            if let index { log.change(index) { $0.wasAbandoned = true } }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch Self.unwrapInboundIn(data) {
            case .head(let head): begin(head, context)
            case .body(let bytes):
                guard let index else { return }
                log.change(index) {
                    $0.bodyBytes += bytes.readableBytes
                    if $0.bodyBytes < 100_000 { $0.body += String(buffer: bytes) }
                }
            case .end(let trailers):
                guard let index else { return }
                log.change(index) {
                    $0.trailers = trailers
                    $0.isComplete = true
                }
                answer(context)
            }
        }

        private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            method = head.method
            behaviour = head.headers["x-behave"].first ?? ""
            isChecked = head.uri == "/health"
            index = log.began(
                Request(connection: connection, method: head.method, uri: head.uri, fields: head.headers))
            switch behaviour {
            case "close-at-head":
                index = nil
                context.close(promise: nil)
            case "stall":
                // Takes nothing until it is told to, as an instance that is busy does.
                context.channel.syncOptions.map { try? $0.setOption(.autoRead, value: false) }
            case "early":
                send(.unauthorized, "early", ["Connection": "keep-alive"], context)
            default: break
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            guard !log.isSilent.load(ordering: .relaxed) else { return }
            let delay = log.delay.load(ordering: .relaxed)
            if isChecked || delay == 0 && !log.isHolding.load(ordering: .relaxed) {
                answerNow(context)
            } else if delay == 0 {
                holdsAnswer = true
            } else {
                context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(delay))) {
                    if context.channel.isActive { self.answerNow(context) }
                }
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is LetGo, holdsAnswer else { return }
            holdsAnswer = false
            answerNow(context)
        }

        private func answerNow(_ context: ChannelHandlerContext) {
            let words = behaviour.split(separator: " ").map(String.init)
            switch words.first {
            case "close":
                index = nil
                context.close(promise: nil)
            case "hang", "early": break
            case "cut":
                write(.ok, ["Content-Length": "100"], context)
                context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "half")))))
                    .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            case "garbage":
                index = nil
                context.channel.pipeline.syncOperations.writeAndFlushRaw(ByteBuffer(string: "this is no HTTP\r\n\r\n"))
            case "chunked":
                write(.ok, ["X-Fine": "yes", "Trailer": "X-Sum"], context)
                for piece in ["one", "two"] {
                    context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: piece)))), promise: nil)
                }
                end(["X-Sum": "6"], context)
            case "hints":
                let hints = HTTPResponseHead(
                    version: .http1_1, status: .custom(code: 103, reasonPhrase: "Early Hints"),
                    headers: ["Link": "</a>"])
                context.write(Self.wrapOutboundOut(.head(hints)), promise: nil)
                send(.ok, "after hints", [:], context)
            case "stream":
                left = words.last.flatMap { Int($0) } ?? 0
                write(.ok, ["Content-Length": "\(left)"], context)
                stream(context)
            case "number": send(.ok, "{\"number\":\(Int.random(in: 0 ... .max)),\"name\":\"n\"}", [:], context)
            case "task": send(.ok, "{\"name\":\"é\",\"id\":1}", ["Content-Type": "application/json"], context)
            case "bye": send(.ok, "bye", ["Connection": "close"], context)
            case "own-fields":
                send(
                    .ok, "x", ["X-Frame-Options": "SAMEORIGIN", "Server": "secret/1.0", "X-Request-Id": "mine"], context
                )
            default: send(.ok, "hello", ["Content-Type": "text/plain", "ETag": "\"1\""], context)
            }
        }

        private func send(
            _ status: HTTPResponseStatus, _ body: String, _ fields: HTTPHeaders, _ context: ChannelHandlerContext
        ) {
            var fields = fields
            fields.add(name: "Content-Length", value: "\(body.utf8.count)")
            write(status, fields, context)
            if method != .HEAD {
                context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
            }
            end(nil, context)
        }

        private func write(_ status: HTTPResponseStatus, _ fields: HTTPHeaders, _ context: ChannelHandlerContext) {
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        }

        private func end(_ trailers: HTTPHeaders?, _ context: ChannelHandlerContext) {
            index = nil
            context.writeAndFlush(Self.wrapOutboundOut(.end(trailers)), promise: nil)
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) { if left > 0 { stream(context) } }

        private func stream(_ context: ChannelHandlerContext) {
            while left > 0, context.channel.isWritable {
                let count = min(left, 16 * 1024)
                left -= count
                let bytes = ByteBuffer(repeating: UInt8(ascii: "s"), count: count)
                context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
                if let index { log.change(index) { $0.streamed += count } }
            }
            if left == 0 { end(nil, context) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Past all handlers, so that it need not be HTTP.
    fileprivate func writeAndFlushRaw(_ bytes: ByteBuffer) {
        guard let context = try? context(handlerType: HTTPResponseEncoder.self) else { return }
        context.writeAndFlush(NIOAny(bytes), promise: nil)
    }
}
