import Gateway
import NIOCore
import NIOEmbedded
import NIOHTTP1

/// The way of a request through the gateway's own parts, without a socket: NIO's decoder with the gateway's limits, the head
/// policy, the router, the exchange's state and what writes the request that goes up.
final class RequestPath {
    /// A request that was taken, as the decoder read it.
    struct Taken {
        let head: HTTPRequestHead
        let request: RequestHead
        var body: [UInt8] = []
        var isComplete = false
    }

    private let channel: EmbeddedChannel
    private let carrier: Carrier

    var taken: [Taken] { carrier.taken }

    /// All bytes that went up.
    var sent: [UInt8] { Array(carrier.output.readableBytesView) }

    init(_ policy: GatewayPolicy) throws {
        carrier = Carrier(policy)
        channel = EmbeddedChannel()
        let decoder = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
            limitConfiguration: .client(policy.head.limits))
        try channel.pipeline.syncOperations.addHandlers([ByteToMessageHandler(decoder), carrier])
    }

    /// Bytes come in until something was refused.
    func receive(_ bytes: ArraySlice<UInt8>) {
        guard !carrier.isOver else { return }
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        } catch {
            carrier.isOver = true
        }
    }

    func close() { _ = try? channel.finish(acceptAlreadyClosed: true) }

    private final class Carrier: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart

        var taken: [Taken] = []
        var output = ByteBuffer()
        var isOver = false
        private var state: ExchangeState?
        private let policy: GatewayPolicy
        private static let endpoint = UpstreamEndpoint(host: "127.0.0.1", port: 8000)

        init(_ policy: GatewayPolicy) { self.policy = policy }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isOver else { return }
            switch Self.unwrapInboundIn(data) {
            case .head(let head): begin(head)
            case .body(let bytes): receive(bytes)
            case .end(let trailers): end(trailers)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { isOver = true }

        private func begin(_ head: HTTPRequestHead) {
            guard let request = try? policy.head.accept(head) else {
                isOver = true
                return
            }
            _ = policy.dispatch(request, isSecure: false)
            var state = ExchangeState(request, maximumBody: policy.head.limits.body)
            _ = (state.admitted(), state.connected())
            self.state = state
            taken.append(Taken(head: head, request: request))
            guard request.target.form == .path else { return }  // the gateway itself answers the others
            let forwarded = ForwardedRequest(request, peer: "127.0.0.1", isTrusted: true, proxies: policy.proxies)
            RequestHeadWriter.write(
                request,
                .init(
                    forwarded: forwarded, requestID: request.requestID ?? "id", traceParent: "trace",
                    milliseconds: 60_000),
                endpoint: Self.endpoint, into: &output)
        }

        private func receive(_ bytes: ByteBuffer) {
            guard bytes.readableBytes > 0 else { return }
            guard state?.bodyReceived(bytes.readableBytes) == .forward else {
                isOver = true
                return
            }
            taken[taken.count - 1].body += Array(bytes.readableBytesView)
            guard goesUp else { return }
            let isChunked = state?.framing == .chunked
            if isChunked { ChunkedCoding.writeSize(bytes.readableBytes, into: &output) }
            output.writeImmutableBuffer(bytes)
            if isChunked { output.writeStaticString("\r\n") }
        }

        private func end(_ trailers: HTTPHeaders?) {
            guard let last = taken.last else { return }
            taken[taken.count - 1].isComplete = true
            if goesUp, last.request.framing == .chunked { ChunkedCoding.writeEnd(trailers, into: &output) }
            isOver = !last.request.keepsAlive
        }

        private var goesUp: Bool { taken.last?.request.target.form == .path }
    }
}
