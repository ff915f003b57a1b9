import DequeModule
import NIOCore
import NIOHTTP1

/// Stands before Hummingbird on each connection: answers what can be answered directly, lets everything else through, and
/// closes the connection when it is idle for long or when the listener stops.
///
/// Answers leave in the order of the requests: what a client sends behind a request that is being answered directly is
/// held until that is done.
final class ConnectionGate: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// No request is open, or only such as Hummingbird has got.
        case passing  // → asking
        /// The answer is on its way, and may yet turn out to be Hummingbird's to give.
        case asking(HTTPRequestHead, hasEnded: Bool)  // → passing, answered
        /// The request's end has still to be read.
        case answered  // → passing
        case closed
    }

    private enum Held {
        case part(HTTPServerRequestPart)
        case event(ChannelEvent)
        case error(any Error)
    }

    private let direct: DirectAnswers?
    private let drain: DrainState
    private let idleTimeout: TimeAmount
    private var phase = Phase.passing
    /// Requests that Hummingbird has got and not answered.
    private var passed = 0
    private var isReadingRequest = false
    private var held: Deque<Held> = []
    private var isReleasing = false
    private var holdsRead = false
    private var closesAfterAnswer = false
    private var lastActivity = NIODeadline.now()
    private var idleCheck: Scheduled<Void>?
    private var encoder: ChannelHandlerContext?

    init(direct: DirectAnswers?, drain: DrainState, idleTimeout: TimeAmount) {
        self.direct = direct
        self.drain = drain
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Direct answers are bytes already, and enter the pipeline before it.
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
        checkIdleness(after: idleTimeout, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        phase = .closed
        held.removeAll()
        encoder = nil
        idleCheck?.cancel()
        idleCheck = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActivity = .now()
        receive(.part(Self.unwrapInboundIn(data)), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { receive(.error(error), context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            if isIdle { context.close(promise: nil) } else { closesAfterAnswer = true }
        } else if let event = event as? ChannelEvent {
            receive(.event(event), context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func read(context: ChannelHandlerContext) {
        // A client that sends ahead is not read any further.
        if held.isEmpty { context.read() } else { holdsRead = true }
    }

    private func receive(_ item: Held, _ context: ChannelHandlerContext) {
        switch (phase, item) {
        case (.closed, _): break
        case (.asking(let head, hasEnded: false), .part(.end)): phase = .asking(head, hasEnded: true)
        case (.answered, .part(.end)): release(context)
        case (.asking, _), (.answered, _): held.append(item)
        case (.passing, .part(.head(let head))):
            if passed > 0 || !answerDirectly(head, context) { pass(.head(head), context) }
        case (.passing, .part(let part)): pass(part, context)
        case (.passing, .event(let event)): context.fireUserInboundEventTriggered(event)
        case (.passing, .error(let error)): context.fireErrorCaught(error)
        }
    }

    private func pass(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head:
            passed += 1
            isReadingRequest = true
        case .body: break
        case .end: isReadingRequest = false
        }
        context.fireChannelRead(Self.wrapInboundOut(part))
    }

    // MARK: Direct answers

    /// - Returns: false when Hummingbird must answer.
    private func answerDirectly(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Bool {
        guard let direct, !drain.isDraining, let request = direct.request(head) else { return false }
        phase = .asking(head, hasEnded: false)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let isAccepted = direct.respond(to: request, on: context.eventLoop) { answer in
            let (gate, context) = bound.value
            return gate.reply(answer, context)
        }
        if !isAccepted { phase = .passing }
        return isAccepted
    }

    /// - Parameter answer: `nil` when Hummingbird must answer after all.
    /// - Returns: whether the answer was wanted.
    private func reply(_ answer: ByteBuffer?, _ context: ChannelHandlerContext) -> Bool {
        guard case .asking(let head, let hasEnded) = phase else { return false }
        guard let answer else {
            phase = .passing
            pass(.head(head), context)
            if hasEnded {
                pass(.end(nil), context)
                release(context)
                context.fireChannelReadComplete()
            }
            return false
        }
        lastActivity = .now()
        encoder?.writeAndFlush(NIOAny(answer), promise: nil)
        phase = .answered
        if hasEnded { release(context) }
        return true
    }

    /// Goes on with what was held behind a direct answer.
    private func release(_ context: ChannelHandlerContext) {
        phase = .passing
        if closesAfterAnswer, passed == 0 { return context.close(promise: nil) }
        guard !held.isEmpty, !isReleasing else { return }
        isReleasing = true
        while let item = held.first, mayTake(item) {
            held.removeFirst()
            receive(item, context)
        }
        isReleasing = false
        context.fireChannelReadComplete()
        if held.isEmpty, holdsRead {
            holdsRead = false
            context.read()
        }
    }

    /// Whether what was held is wanted now: anything while nothing is answered directly, and else the request's own end.
    private func mayTake(_ item: Held) -> Bool {
        switch (phase, item) {
        case (.passing, _), (.asking(_, hasEnded: false), .part(.end)), (.answered, .part(.end)): true
        case (.asking, _), (.answered, _), (.closed, _): false
        }
    }

    // MARK: Hummingbird's answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = Self.unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        lastActivity = .now()
        passed = max(0, passed - 1)
        guard passed == 0, closesAfterAnswer else { return context.write(data, promise: promise) }
        context.writeAndFlush(data, promise: promise)
        context.close(promise: nil)
    }

    // MARK: Idleness

    private var isIdle: Bool {
        guard case .passing = phase else { return false }
        return passed == 0
    }

    private func checkIdleness(after time: TimeAmount, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idleCheck = context.eventLoop.scheduleTask(in: time) {
            let (gate, context) = bound.value
            let deadline = gate.lastActivity + gate.idleTimeout
            // A request that does not go on is as good as none.
            if gate.isIdle || gate.isReadingRequest, deadline <= .now() { return context.close(promise: nil) }
            gate.checkIdleness(after: max(deadline - .now(), .seconds(1)), context)
        }
    }
}
