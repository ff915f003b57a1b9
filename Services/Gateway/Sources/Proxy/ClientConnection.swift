import DequeModule
import NIOCore
import NIOHTTP1

/// One client's connection: takes its requests one after the other, in order, and writes their answers.
///
/// It only carries out: ``GatewayPolicy`` decides what becomes of a request, ``ExchangeState`` what happens next.
final class ClientConnection: ChannelInboundHandler, ChannelOutboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let loop: LoopContext
    /// The other end's address, and whether it is one of our own proxies.
    let peer: String
    let peerIsTrusted: Bool
    let gate: InboundGate
    private(set) var context: ChannelHandlerContext?

    /// The request under way; `nil` between two requests.
    var exchange: Exchange?
    /// Parts that came before their turn. Nothing is read while there are any.
    var waiting = Deque<HTTPServerRequestPart>()
    private var isTakingWaiting = false
    private var holdsRead = false
    /// What follows the parts that were read is no request: it is refused when its turn comes.
    var refusalToCome: RequestRefusal?
    /// The last answer is on its way: what else comes is of no interest.
    var isClosing = false
    var inputIsClosed = false

    /// Bytes for the client that have not been handed to the channel yet.
    var output: ByteBuffer?
    private var needsFlush = false
    var deadline: ClientDeadline
    /// The place among the event loop's connections.
    var place = 0

    init(loop: LoopContext, peer: String, peerIsTrusted: Bool, gate: InboundGate) {
        self.loop = loop
        self.peer = peer
        self.peerIsTrusted = peerIsTrusted
        self.gate = gate
        deadline = ClientDeadline(tick: loop.tick &+ loop.deadlines.requestHead)
    }

    // MARK: What the channel reports

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if !loop.add(self) { refuseConnection() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.remove(self)
        isClosing = true
        waiting.removeAll()
        abandon()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        let part = Self.unwrapInboundIn(data)
        if !waiting.isEmpty || !take(part) { waiting.append(part) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.metrics.receivedBytes += gate.takeReceivedBytes()
        if let exchange, !exchange.state.requestIsComplete { _ = refusesFraming(of: exchange) }
        exchange?.upstream?.flush()
        flush()
        updateDeadline()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.upstream?.resumeReading() }
        updateDeadline(progress: true)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { inputClosed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            parserFailed(error)
            flush()
        } else if !(error is ByteToMessageDecoderError) {
            context.close(promise: nil)
        }
    }

    // MARK: Reading

    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// While something waits for its turn, and while the upstream takes no more, nothing is read.
    var takesBytes: Bool { waiting.isEmpty && (exchange?.upstream?.isWritable ?? true) }

    func read(context: ChannelHandlerContext) {
        if takesBytes || isClosing {
            context.read()
        } else {
            holdsRead = true
        }
    }

    func resumeReading() {
        guard holdsRead, takesBytes || isClosing else { return }
        holdsRead = false
        context?.read()
    }

    /// - Returns: false when it is not the part's turn yet.
    private func take(_ part: HTTPServerRequestPart) -> Bool {
        switch part {
        case .head(let head):
            guard exchange == nil else { return false }
            begin(head)
        case .body(let bytes):
            guard let exchange, exchange.state.takesBody else { return false }
            received(bytes, for: exchange)
        case .end(let trailers):
            guard let exchange, exchange.state.takesBody || !exchange.state.framing.hasBody else { return false }
            ended(trailers, for: exchange)
        }
        return true
    }

    /// Takes what has waited, as far as its turn has come.
    func takeWaiting() {
        guard !isTakingWaiting else { return }
        isTakingWaiting = true
        while !isClosing, let part = waiting.popFirst() {
            if !take(part) {
                waiting.prepend(part)
                break
            }
        }
        isTakingWaiting = false
        // The client has ended its direction in the middle of the request whose last bytes have just been taken.
        if inputIsClosed, !isClosing, waiting.isEmpty, exchange?.state.requestIsComplete == false { return abort() }
        exchange?.upstream?.flush()
        if waiting.isEmpty, refusalToCome != nil { refuseWhatFollows() }
        resumeReading()
    }

    // MARK: Writing

    /// Room for a head and a small body.
    private static let outputCapacity = 4096

    /// Collects small pieces, so that they leave together.
    func collect(_ write: (inout ByteBuffer) -> Void) {
        var bytes = output ?? ByteBufferAllocator().buffer(capacity: Self.outputCapacity)
        output = nil
        write(&bytes)
        output = bytes
    }

    /// Hands a large piece to the channel without a copy, after what was collected.
    func write(_ bytes: ByteBuffer) {
        writeOutput()
        needsFlush = true
        loop.metrics.sentBytes += bytes.readableBytes
        context?.write(Self.wrapOutboundOut(bytes), promise: nil)
    }

    func flush() {
        writeOutput()
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
    }

    private func writeOutput() {
        guard let output else { return }
        self.output = nil
        needsFlush = true
        loop.metrics.sentBytes += output.readableBytes
        context?.write(Self.wrapOutboundOut(output), promise: nil)
    }
}
