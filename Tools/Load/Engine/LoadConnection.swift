import NIOCore

/// One connection to the server, with at most one request on it.
///
/// Belongs to one event loop, that of its worker.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Numbered over all workers.
    let index: Int
    /// The request under way.
    var exchange: Exchange?
    private let worker: LoadWorker
    private var parser = AnswerParser()
    private var context: ChannelHandlerContext?

    init(index: Int, worker: LoadWorker) {
        self.index = index
        self.worker = worker
    }

    var isOpen: Bool { context != nil }
    /// Whether a request was sent on it, at any time.
    private(set) var hasSent = false
    /// Whether an answer came since it was opened.
    private(set) var hasAnswered = false

    func send(_ request: ByteBuffer) {
        hasSent = true
        context?.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func close() {
        context?.close(promise: nil)
    }

    // MARK: The channel

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        parser = AnswerParser()
        hasAnswered = false
        worker.opened(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        parser.append(&bytes)
        do throws(AnswerParser.Failure) {
            guard let answer = try parser.next() else { return }
            if parser.hasRest { throw .unexpectedBytes }
            hasAnswered = true
            worker.answered(self, answer)
        } catch {
            worker.failed(self, .malformedAnswer)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        worker.closed(self)
    }
}
