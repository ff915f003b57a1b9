package import NIOCore
package import NIOWebSocket

/// One WebSocket: carries its frames between the client and a session, and ends it in the ways that RFC 6455 asks for.
///
/// It only carries out: ``WebSocketMessageReader`` and ``WebSocketLifecycle`` decide.
package final class WebSocketConnection: ChannelInboundHandler {
    package typealias InboundIn = WebSocketFrame
    package typealias OutboundOut = ByteBuffer

    private let session: any WebSocketSession
    private let registry: WebSocketRegistry
    private let limits: WebSocketLimits
    private var reader: WebSocketMessageReader
    private var lifecycle: WebSocketLifecycle
    private var context: ChannelHandlerContext?
    private var framesInSecond = 0
    /// The place among the event loop's WebSockets.
    var place = 0

    init(session: any WebSocketSession, registry: WebSocketRegistry) {
        self.session = session
        self.registry = registry
        limits = registry.limits
        reader = WebSocketMessageReader(maximumMessage: limits.message)
        lifecycle = WebSocketLifecycle(times: registry.times, now: registry.tick)
    }

    // MARK: What the session asks

    package var eventLoop: (any EventLoop)? { context?.eventLoop }

    package var isOpen: Bool { lifecycle.isOpen && context != nil }

    package var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Sends bytes that are a whole frame; they leave at ``flush()``.
    package func send(frame: ByteBuffer) {
        guard isOpen else { return }
        context?.write(Self.wrapOutboundOut(frame), promise: nil)
    }

    /// Hands what was sent to the system, and ends the connection of a client that leaves too much of it lying.
    package func flush() {
        guard isOpen, let context else { return }
        context.flush()
        guard !context.channel.isWritable, let options = context.channel.syncOptions,
            let pending = try? options.getOption(.bufferedWritableBytes), pending > limits.pendingOutput
        else { return }
        closeSlowConsumer()
    }

    /// Says goodbye, and waits a short time for the client's.
    package func close(_ code: WebSocketCloseCode, reason: String) {
        guard lifecycle.close(now: registry.tick) else { return }
        write(WebSocketFrameWriter.close(code, reason: reason))
    }

    func abort() { context?.close(promise: nil) }

    // MARK: What the channel reports

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        registry.add(self)
        session.opened(self)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelInactive(context: ChannelHandlerContext) {
        registry.remove(self)
        session.closed()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lifecycle.seen(now: registry.tick)
        let frame = Self.unwrapInboundIn(data)
        guard lifecycle.received(isClose: frame.opcode == .connectionClose) == .take else { return }
        framesInSecond += 1
        guard framesInSecond <= limits.framesPerSecond else {
            return fail(.policyViolation, "Too many frames in a second")
        }
        switch reader.read(frame) {
        case .nothing, .pong: break
        case .message(let message): session.received(message)
        case .ping(let payload): send(frame: WebSocketFrameWriter.frame(.pong, payload))
        case .close(let code): end(WebSocketFrameWriter.close(code))
        case .violation(let code, let reason): fail(code, reason)
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) { flush() }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        lifecycle.writability(context.channel.isWritable, now: registry.tick)
        if context.channel.isWritable, isOpen { session.becameWritable() }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Half of a WebSocket is none.
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength?: fail(.messageTooLarge, "The frame is larger than \(limits.message) bytes")
        case .fragmentedControlFrame?, .multiByteControlFrameLength?:
            fail(.protocolError, "A control frame is short and in one piece")
        case nil where error is ByteToMessageDecoderError: break
        case nil: context.close(promise: nil)
        }
    }

    // MARK: Time

    func check(tick: UInt32, seconds: Int?, beginsSecond: Bool) {
        if beginsSecond { framesInSecond = 0 }
        switch lifecycle.tick(tick) {
        case .none: break
        case .ping: write(WebSocketFrameWriter.frame(.ping, ByteBuffer()))
        case .tooSlow: closeSlowConsumer()
        case .abort: return abort()
        }
        if let seconds, isOpen { session.check(tick: tick, seconds: seconds) }
    }

    // MARK: Ending

    private func closeSlowConsumer() {
        registry.counters.slowConsumers.add()
        close(.tooSlow, reason: "The messages are not taken fast enough")
    }

    private func fail(_ code: WebSocketCloseCode, _ reason: String) {
        end(WebSocketFrameWriter.close(code, reason: reason))
    }

    /// Sends the goodbye if it has not been sent, and then only waits for the client to end the connection: closing at once
    /// would destroy what is under way when the client has sent something in the meantime.
    private func end(_ goodbye: ByteBuffer) {
        guard !lifecycle.isEnding else { return }
        if lifecycle.end(now: registry.tick) { write(goodbye) }
        context?.close(mode: .output, promise: nil)
    }

    private func write(_ bytes: ByteBuffer) { context?.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil) }
}
