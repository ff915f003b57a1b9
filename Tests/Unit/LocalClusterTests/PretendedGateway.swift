import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The private port of a gateway, as far as where its writes go: `GET /migrations` and `POST /migrations/writes`.
final class PretendedGateway: Sendable {
    struct State {
        var version = 7
        var owner = "legacy"
        var epoch = 1
        /// One less with each look at it, once they are held.
        var inFlight = 3
        /// What has been asked for.
        var asked: [String] = []
        var refusal: String?
        var isDeaf = false
    }

    let state = Mutex(State())
    private let channel: any Channel

    var port: Int { channel.localAddress?.port ?? 0 }

    private init(_ channel: any Channel) { self.channel = channel }

    static func with<R>(_ body: (PretendedGateway) async throws -> R) async throws -> R {
        let box = Mutex<PretendedGateway?>(nil)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler { head, body in box.withLock { $0 }?.answer(head, body) ?? (500, "") })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let gateway = PretendedGateway(channel)
        box.withLock { $0 = gateway }
        defer {
            box.withLock { $0 = nil }
            channel.close(promise: nil)
        }
        return try await body(gateway)
    }

    private func answer(_ head: HTTPRequestHead, _ body: String) -> (Int, String) {
        state.withLock { state in
            switch (head.method, head.uri) {
            case (.GET, "/migrations"):
                if state.owner == "held", state.inFlight > 0 { state.inFlight -= 1 }
                return (
                    200,
                    #"{"version":\#(state.version),"source":"redis","routes":[{"route":"tasks","writes":"\#(state.owner)","#
                        + #""epoch":\#(state.epoch),"writes_in_flight":\#(state.inFlight)}]}"#
                )
            case (.POST, "/migrations/writes"):
                state.asked.append(body)
                if let refusal = state.refusal { return (409, #"{"code":"migration_refused","detail":"\#(refusal)"}"#) }
                state.version += 1
                let owner = (try? JSONValue(parsing: Array(body.utf8)))?.object?["owner"]?.string
                if !state.isDeaf { state.owner = owner ?? "" }
                return (200, #"{"version":\#(state.isDeaf ? state.version + 1 : state.version)}"#)
            default: return (404, "{}")
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (HTTPRequestHead, String) -> (Int, String)
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ answer: @escaping @Sendable (HTTPRequestHead, String) -> (Int, String)) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let part): body += String(buffer: part)
            case .end:
                guard let head else { return }
                let (status, text) = answer(head, body)
                let fields: HTTPHeaders = ["Content-Length": "\(text.utf8.count)", "Connection": "close"]
                context.write(
                    wrapOutboundOut(
                        .head(.init(version: .http1_1, status: .init(statusCode: status), headers: fields))),
                    promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                let channel = context.channel
                context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil) }
            }
        }
    }
}
