import APIContract
import HTTPService
import NIOCore
import NIOHTTP1

// How a connection ends.
extension ClientConnection {
    /// Says goodbye after the last answer. While bytes of the client may be under way, only our own direction ends, until
    /// the client ends the other: closing at once would destroy the answer (RFC 9112 §9.6).
    func closeAfterAnswer() {
        guard !isClosing else { return }
        isClosing = true
        let isQuiet = waiting.isEmpty && (exchange?.state.requestIsComplete ?? true) && refusalToCome == nil
        waiting.removeAll()
        gate.discards = true
        // Our own bytes may take their time; the client's goodbye may not.
        deadline.wait(for: .lastAnswer, until: loop.tick &+ loop.deadlines.idle, progress: false)
        flush()
        guard let context else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        if isQuiet || inputIsClosed {
            written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer()), promise: written)
        } else {
            written.futureResult.assumeIsolated().whenComplete { _ in
                self.deadline.wait(
                    for: .goodbye, until: self.loop.tick &+ self.loop.deadlines.linger, progress: false)
            }
            context.close(mode: .output, promise: written)
            resumeReading()
        }
    }

    /// Closes at once: whatever was being answered cannot be completed.
    func abort() {
        isClosing = true
        context?.close(promise: nil)
    }

    /// Closes when no request is under way, otherwise after its answer.
    func closeWhenIdle() {
        if let exchange {
            exchange.answer.closesConnection = true
        } else if !isClosing {
            closeAfterAnswer()
        }
    }

    /// The client has said all that it will say: a complete request is still answered, an incomplete one cannot be.
    func inputClosed() {
        inputIsClosed = true
        guard !isClosing else { return }
        guard let exchange, exchange.state.requestIsComplete || !waiting.isEmpty else { return abort() }
        exchange.answer.closesConnection = waiting.isEmpty || exchange.answer.closesConnection
        probe(exchange)
    }

    /// Finds out whether a client that ended its direction still listens.
    ///
    /// TCP shows the same for a client that is gone and for one that only has nothing more to say. An interim answer,
    /// which every HTTP/1.1 client must be ready for (RFC 9110 §15.2), makes the difference: the system of the one that is
    /// gone answers with a reset, and the upstream's work can be given up.
    private func probe(_ exchange: Exchange) {
        guard exchange.request.version == .http1_1, !exchange.state.headWasAnswered else { return }
        collect { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
        flush()
    }

    /// The client is gone: the upstream need not go on.
    func abandon() {
        guard let exchange else { return }
        self.exchange = nil
        if exchange.state.isFinished, !exchange.isCounted {
            log(exchange)  // its answer was complete, although the rest of the request never came
        } else {
            countAborted(exchange)
        }
        exchange.upstream?.cancel()
        exchange.pool?.finish(exchange)
        exchange.pool?.leave(exchange)
    }

    /// There is no complete answer.
    func countAborted(_ exchange: Exchange) {
        guard !exchange.isCounted else { return }
        exchange.isCounted = true
        loop.metrics.aborted(exchange.routeName)
        endTrace(exchange, isAborted: true)
    }

    // MARK: What is no request

    /// Answers what cannot be read as a request, and closes.
    ///
    /// - Parameter head: what could be read of it.
    func refuse(_ refusal: RequestRefusal, head: HTTPRequestHead? = nil) {
        guard !isClosing else { return }
        let given = head?.headers["x-request-id"].first
        let id = given.flatMap { RequestID.isWellFormed($0) ? $0 : nil } ?? loop.identifiers.requestID()
        var context = AnswerContext(requestID: id)
        context.closesConnection = true
        refusalToCome = refusal  // more of it may be under way
        let answer = GatewayAnswer(refusal.error, requestID: id)
        loop.metrics.answered(LoopMetrics.none, code: answer.status, upstream: LoopMetrics.none, microseconds: 0)
        let date = loop.date.value
        collect { answer.write(context, includesBody: head?.method != .HEAD, date: date, into: &$0) }
        closeAfterAnswer()
    }

    /// The decoder found bytes that are not HTTP. They are refused when their turn comes.
    func parserFailed(_ error: HTTPParserError) {
        guard !isClosing, refusalToCome == nil else { return }
        if error == .invalidEOFState {
            // The end of the connection in the middle of a request; a complete one before it is still answered.
            if exchange?.state.requestIsComplete != true, waiting.isEmpty { abort() }
            return
        }
        gate.discards = true
        refusalToCome =
            switch error {
            case .headerOverflow
            where !isInsideRequest && gate.fragment.hasLongRequestLine(over: loop.policy.head.limits.uri):
                .uriTooLong
            case .headerOverflow: .headersTooLarge
            case .invalidMethod where gate.fragment.hasUnknownMethod: .unknownMethod
            default: .malformed("The request is malformed")
            }
        if waiting.isEmpty { refuseWhatFollows() }
    }

    /// Whether what comes next belongs to a request whose head was complete: its body, or trailer fields.
    private var isInsideRequest: Bool {
        switch waiting.last {
        case .end: false
        case .head, .body: true
        case nil: exchange.map { !$0.state.requestIsComplete } ?? false
        }
    }

    /// What has been read before is done with, or stopped in the middle.
    func refuseWhatFollows() {
        guard let refusal = refusalToCome, !isClosing else { return }
        if let exchange {
            if exchange.heldAnswer != nil {
                exchange.answer.closesConnection = true
                writeHeldAnswer(for: exchange)
            } else if !exchange.state.requestIsComplete {
                answer(exchange, refusal.error, closes: true)
            }
        } else {
            refuse(refusal)
        }
    }

    /// There are as many connections as allowed.
    func refuseConnection() {
        loop.metrics.refusedConnections += 1
        refuse(
            RequestRefusal(
                .unavailable(.overloaded, "The gateway has as many connections as it takes"), closesConnection: true))
        flush()
    }
}
