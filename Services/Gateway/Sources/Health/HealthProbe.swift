import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// What one check of an endpoint's `/health` brought.
struct HealthProbeResult: Sendable {
    let finding: EndpointHealth.Finding
    /// What the instance said of itself, whatever its status.
    let report: JSONObject?
}

/// Asks an instance for `/health`, once, over a connection of its own: so that connecting is checked as well.
struct HealthProbe: Sendable {
    let eventLoopGroup: any EventLoopGroup
    let timeout: TimeAmount

    func check(_ endpoint: UpstreamEndpoint) async -> HealthProbeResult {
        let eventLoop = eventLoopGroup.any()
        let promise = eventLoop.makePromise(of: HealthProbeResult.self)
        let timeout = eventLoop.scheduleTask(in: timeout) {
            promise.succeed(HealthProbeResult(finding: .silent, report: nil))
        }
        let bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(self.timeout).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHTTPClientHandlers()
                try channel.pipeline.syncOperations.addHandler(HealthProbeHandler(endpoint: endpoint, result: promise))
            }
        }
        let channel =
            endpoint.address.map { bootstrap.connect(to: $0) }
            ?? bootstrap.connect(host: endpoint.host, port: endpoint.port)
        channel.whenFailure { error in
            let isSlow = if case ChannelError.connectTimeout = error { true } else { false }
            promise.succeed(HealthProbeResult(finding: isSlow ? .silent : .unreachable, report: nil))
        }
        promise.futureResult.whenComplete { _ in
            timeout.cancel()
            channel.whenSuccess { $0.close(promise: nil) }
        }
        let silent = HealthProbeResult(finding: .silent, report: nil)
        return (try? await promise.futureResult.get()) ?? silent
    }
}

/// Sends the request and reads the answer, at most 16 KB of it.
private final class HealthProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let endpoint: UpstreamEndpoint
    private let result: EventLoopPromise<HealthProbeResult>
    private var status: HTTPResponseStatus?
    private var body = ByteBuffer()

    private static let maximumBody = 16 * 1024

    init(endpoint: UpstreamEndpoint, result: EventLoopPromise<HealthProbeResult>) {
        self.endpoint = endpoint
        self.result = result
    }

    func channelActive(context: ChannelHandlerContext) {
        let fields: HTTPHeaders = [
            "Host": endpoint.authority, "Connection": "close", "User-Agent": "cryptodesk-gateway",
        ]
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/health", headers: fields)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): status = head.status
        case .body(var bytes):
            if body.readableBytes + bytes.readableBytes <= Self.maximumBody { body.writeBuffer(&bytes) }
        case .end: succeed()
        }
    }

    func channelInactive(context: ChannelHandlerContext) { fail() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail()
        context.close(promise: nil)
    }

    private func succeed() {
        let report = try? JSONValue(parsing: body.readableBytesView, maximumDepth: 8).object
        result.succeed(HealthProbeResult(finding: status == .ok ? .passed : .refusedToServe, report: report))
    }

    private func fail() { result.succeed(HealthProbeResult(finding: .silent, report: nil)) }
}
