import APIContract
import Authentication
import HTTPService
import NIOCore
import NIOHTTP1
import NIOWebSocket

// From a request's head to an event stream.
extension ClientConnection {
    private static let tooManyStreams = APIError.unavailable(
        .overloaded, "The gateway has as many streams as it takes", retryAfter: 5)
    private static let tooManyOfUser = APIError(
        429, .tooManyConnections, "There are as many streams of this user as allowed",
        headers: [.init("Retry-After", "5")])
    private static let restarts = APIError.unavailable(.overloaded, "The gateway restarts, try again")

    /// The guard let the handshake pass. The answer waits for the request's end, after which the connection is no HTTP.
    func openStream(_ exchange: Exchange) {
        if loop.isDraining { return answer(exchange, Self.restarts, cause: "The gateway is being stopped") }
        exchange.becomesStream = true
        if exchange.state.requestIsComplete { completeHandshake(exchange) }
    }

    /// The request is complete.
    func completeHandshake(_ exchange: Exchange) {
        guard exchange.becomesStream, exchange === self.exchange, !isClosing else { return }
        exchange.becomesStream = false
        if inputIsClosed { return abort() }
        beginStream(exchange)
    }

    private func beginStream(_ exchange: Exchange) {
        guard let route = exchange.route else { return }
        let caller = exchange.caller
        let handshake: WebSocketHandshake
        do {
            handshake = try WebSocketHandshake(exchange.request)
        } catch {
            return answer(exchange, error)
        }
        let stream = loop.stream
        let admission = stream.endpoint.admission
        guard admission.enter() else {
            stream.endpoint.counters.refused.add()
            return answer(exchange, Self.tooManyStreams, cause: "There are too many streams")
        }
        if let caller, !admission.enter(userID: caller.userID) {
            admission.leave()
            stream.endpoint.counters.refused.add()
            return answer(exchange, Self.tooManyOfUser)
        }
        // A client that has seen nothing yet resumes from where it began.
        var (resumption, fields) = (StreamResumption(exchange.request), [APIError.Header]())
        if resumption == .none, let now = stream.position {
            resumption = .after(now)
            fields.append(.init("Last-Event-ID", "\(now)"))
        }
        exchange.answerStatus = 101
        collect { handshake.write(exchange.answer, fields: fields, date: loop.date.value, into: &$0) }
        let session =
            stream.endpoint.makeSession?()
            ?? StreamSession(
                caller: caller, apiKey: exchange.apiKey, clientAddress: exchange.forwarded.clientAddress,
                resumption: resumption,
                stream: stream, policy: exchange.policy, route: route)
        let isHandedOver = handOver(
            exchange,
            to: [
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: stream.endpoint.limits.webSocket.message)),
                WebSocketConnection(session: session, registry: stream.registry),
            ])
        guard !isHandedOver else { return }
        admission.leave()
        if let caller { admission.leave(userID: caller.userID) }
    }

    /// The connection is no HTTP from here on: other handlers take it over, and what has been read already with it.
    ///
    /// - Returns: false when the connection has ended meanwhile.
    func handOver(_ exchange: Exchange, to handlers: [any ChannelHandler]) -> Bool {
        log(exchange)
        flush()
        guard let pipeline = context?.pipeline.syncOperations, let channel = context?.channel, channel.isActive else {
            abort()
            return false
        }
        self.exchange = nil
        isClosing = true
        loop.handOver(self)
        resumeReading()
        do {
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self)
            // This handler first: what the decoder has left over goes to the next one.
            pipeline.removeHandler(self, promise: nil)
            try pipeline.addHandlers(handlers, position: .last)
            pipeline.removeHandler(gate, promise: nil)
            // What the decoder has left over comes without an end to its read.
            let isComplete = channel.eventLoop.makePromise(of: Void.self)
            isComplete.futureResult.assumeIsolated().whenComplete { _ in pipeline.fireChannelReadComplete() }
            pipeline.removeHandler(context: decoder, promise: isComplete)
        } catch {
            channel.close(promise: nil)
        }
        return true
    }
}
