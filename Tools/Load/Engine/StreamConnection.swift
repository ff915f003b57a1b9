import NIOCore
import NIOWebSocket

/// One event stream of a user: takes its messages, and answers pings.
///
/// Belongs to one event loop, that of its worker.
final class StreamConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    let user: VirtualUser
    private let worker: LoadWorker
    private var context: ChannelHandlerContext?
    private var isClosing = false

    init(user: VirtualUser, worker: LoadWorker) {
        self.user = user
        self.worker = worker
    }

    var request: ByteBuffer { worker.plan.builder.streamHandshake(fields: user.fields(worker.plan.builder)) }

    func refused(_ error: LoadError) { worker.streamFailed(self, error) }

    func close() {
        isClosing = true
        context?.close(promise: nil)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        worker.streamOpened(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: worker.received(EventCheck.kind(frame.unmaskedData.readableBytesView, of: user.account.id))
        case .ping:
            // What a client sends is masked (RFC 6455 §5.3).
            let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose: context.close(promise: nil)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        if !isClosing { worker.streamClosed(self) }
    }
}
