import NIOCore

/// One of the two connections that a ``Tunnel`` joins.
final class TunnelEnd: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var tunnel: Tunnel?
    private var partner: TunnelEnd?
    private var context: ChannelHandlerContext?
    /// Whether bytes may be written: not while handlers of the protocol before are still there.
    private var isReady = false
    /// What came for this end before.
    private var early: ByteBuffer?
    private var holdsRead = false
    private var outputIsClosed = false
    /// Where the frames end that are written here.
    private var boundary = WebSocketFrameBoundary()
    private var goodbye = Goodbye.none

    private enum Goodbye {
        case none
        /// Said as soon as the frame that is under way has passed.
        case wanted
        /// What the partner still says is not passed on.
        case said
    }

    func join(_ tunnel: Tunnel, partner: TunnelEnd) {
        self.tunnel = tunnel
        self.partner = partner
    }

    /// The tunnel is over: the ends let go of one another.
    func leave() {
        tunnel = nil
        partner = nil
    }

    // MARK: What the tunnel and the partner ask

    /// The channel takes plain bytes from here on.
    func becameReady() {
        isReady = true
        if let early { write(early) }
        early = nil
        if outputIsClosed { context?.close(mode: .output, promise: nil) }
        flush()
        partner?.resumeReading()
    }

    /// Tells the client, whose end this is, to connect elsewhere. What follows is its own goodbye, which the partner hears.
    func sayGoodbye() {
        guard goodbye == .none else { return }
        goodbye = .wanted
        sayWantedGoodbye()
        flush()
    }

    private func sayWantedGoodbye() {
        guard goodbye == .wanted, isReady, boundary.isBetweenFrames else { return }
        goodbye = .said
        context?.write(
            Self.wrapOutboundOut(
                WebSocketFrameWriter.close(.serviceRestart, reason: "The gateway restarts: connect again")),
            promise: nil)
    }

    private var isWritable: Bool { isReady && context?.channel.isWritable ?? false }

    private func write(_ bytes: ByteBuffer) {
        guard isReady else {
            var waiting = early ?? ByteBuffer()
            waiting.writeImmutableBuffer(bytes)
            early = waiting
            return
        }
        guard goodbye != .said else { return }
        var bytes = bytes
        let count = boundary.advance(over: bytes.readableBytesView, stopsBetweenFrames: goodbye == .wanted)
        if let passed = bytes.readSlice(length: count) { context?.write(Self.wrapOutboundOut(passed), promise: nil) }
        sayWantedGoodbye()
    }

    private func flush() { if isReady { context?.flush() } }

    private func resumeReading() {
        guard holdsRead else { return }
        holdsRead = false
        context?.read()
    }

    /// The partner has nothing more to say.
    private func closeOutput() {
        guard !outputIsClosed else { return }
        outputIsClosed = true
        if isReady { context?.close(mode: .output, promise: nil) }
    }

    func close() { context?.close(promise: nil) }

    func closeAfterOutput() {
        guard let context, isReady else { return close() }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: written)
    }

    // MARK: What the channel reports

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func read(context: ChannelHandlerContext) {
        if partner?.isWritable ?? true {
            context.read()
        } else {
            holdsRead = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        tunnel?.moved()
        partner?.write(Self.unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        tunnel?.moved()
        partner?.resumeReading()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        partner?.closeOutput()
        if outputIsClosed { closeAfterOutput() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        tunnel?.ended(self)
    }
}
