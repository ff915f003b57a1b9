import APIContract
import Authentication
import DequeModule
import HTTPService
import NIOCore
import NIOHTTP1

// The request on its way up, and the answer on its way down.
extension ClientConnection {
    /// Pieces up to this size are copied together, so that they leave in one write.
    private static let smallPiece = 4096

    // MARK: Going up

    /// The request may pass: it asks the service, as soon as that takes it.
    func forward(_ exchange: Exchange) {
        guard let route = exchange.route, case .upstream(var name) = route.destination else { return }
        if let migration = route.migration {
            guard let answering = upstream(of: exchange, route, migration) else { return updateDeadline() }
            name = answering
        }
        guard let pool = loop.pool(of: name) else {
            return failed(exchange, .noEndpoint, cause: "There is no upstream \(name.rawValue) any more")
        }
        exchange.pool = pool
        switch pool.admit(exchange, of: self, now: RequestGuard.microseconds()) {
        case .admitted: dispatch(exchange)
        case .queued: updateDeadline()
        case .refused(let seconds): answer(exchange, Self.overloaded(retryAfter: seconds), cause: Self.noPlace)
        case .circuitOpen: failed(exchange, .circuitOpen, cause: "\(name.rawValue) answers nobody at the moment")
        }
    }

    /// A request that has waited for its turn may proceed.
    func proceed(_ exchange: Exchange) {
        if exchange === self.exchange, !isClosing {
            dispatch(exchange)
            flush()
        } else {
            exchange.pool?.leave(exchange)
        }
    }

    /// A request has waited for its turn in vain.
    func refused(_ exchange: Exchange, retryAfter: Int) {
        guard exchange === self.exchange, !isClosing else { return }
        answer(exchange, Self.overloaded(retryAfter: retryAfter), cause: Self.noPlace)
        flush()
    }

    /// - Parameter fresh: not over a connection that was used before.
    private func dispatch(_ exchange: Exchange, fresh: Bool = false) {
        guard let pool = exchange.pool else { return }
        switch pool.lease(for: exchange, of: self, fresh: fresh, now: RequestGuard.microseconds()) {
        case .connection(let connection): start(exchange, on: connection)
        case .connecting: updateDeadline()
        case .failed(let failure):
            failed(exchange, failure, cause: "No \(pool.group.name.rawValue) instance to ask: \(failure)")
        }
    }

    /// - Returns: false when the exchange no longer needs the connection.
    func connected(to connection: UpstreamConnection, for exchange: Exchange) -> Bool {
        guard exchange === self.exchange, !isClosing, exchange.instance === connection.instance else { return false }
        start(exchange, on: connection)
        flush()
        return true
    }

    func connectFailed(to instance: PooledInstance, for exchange: Exchange, cause: any Error) {
        guard exchange === self.exchange, exchange.upstream == nil, exchange.instance === instance else { return }
        exchange.failedEndpoints.insert(EndpointSet(instance.member.slot))
        failed(exchange, .connectFailed, cause: "Cannot connect: \(cause)")
        flush()
    }

    private func start(_ exchange: Exchange, on connection: UpstreamConnection) {
        let (proceeds, sendsContinue) = exchange.state.connected()
        guard proceeds else {
            connection.release(reusable: true)
            return
        }
        exchange.upstream = connection
        connection.attach(self)
        exchange.askedAt = RequestGuard.microseconds()
        exchange.upstreamStatus = 0
        let upgrade = upgradeToPass(exchange)
        exchange.passedUpgrade = upgrade
        exchange.requestRewrite = rewritesRequest(exchange) ? BodyRewrite() : nil
        if sendsContinue {
            collect { $0.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n") }
            flush()
        }
        var head = ByteBufferAllocator().buffer(capacity: 2048)
        RequestHeadWriter.write(
            exchange.request,
            additions(
                to: exchange,
                traceParent: exchange.trace?.beginAttempt(
                    connection.instance.member.endpoint, now: exchange.askedAt) ?? exchange.traceParent,
                upgrade: upgrade),
            endpoint: connection.instance.member.endpoint, into: &head)
        connection.send(head, method: exchange.request.method, promise: headWritten(exchange))
        takeWaiting()
        connection.flush()
        updateDeadline()
    }

    /// - Parameter side: the one that is asked; the exchange's own unless it is compared with the other.
    func additions(
        to exchange: Exchange, traceParent: String, upgrade: String?, on side: MigrationSide? = nil
    ) -> RequestHeadWriter.Additions {
        .init(
            forwarded: exchange.forwarded, requestID: exchange.answer.requestID, traceParent: traceParent,
            milliseconds: exchange.microsecondsLeft(at: loop.tick) / 1000, upgrade: upgrade,
            accessToken: exchange.accessToken(on: side ?? exchange.side),
            cookies: exchange.cookies(on: side ?? exchange.side),
            target: exchange.mapping?.target(exchange.request.target, of: exchange.route),
            writeEpoch: exchange.writeEpoch, rewritesBody: exchange.requestRewrite != nil)
    }

    /// Only a request that may not be repeated has to know when its head has left.
    private func headWritten(_ exchange: Exchange) -> EventLoopPromise<Void>? {
        if exchange.request.isIdempotent, !exchange.state.framing.hasBody {
            exchange.state.headWritten()
            return nil
        }
        let promise = loop.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess {
            exchange.state.headWritten()
            exchange.replay.removeAll()
        }
        return promise
    }

    func received(_ bytes: ByteBuffer, for exchange: Exchange) {
        guard bytes.readableBytes > 0, !refusesFraming(of: exchange) else { return }
        deadline.received(bytes.readableBytes)
        switch exchange.state.bodyReceived(bytes.readableBytes) {
        case .discard: break
        case .refuse: answer(exchange, RequestHeadPolicy.tooLarge(over: exchange.maximumBody), closes: true)
        case .abort: abort()
        case .forward:
            if exchange.state.keepsForRetry { exchange.replay.append(.body(bytes)) }
            if exchange.requestRewrite == nil {
                send(bytes, for: exchange)
            } else if exchange.requestRewrite?.append(bytes) == false {
                answer(exchange, RequestHeadPolicy.tooLarge(over: FieldMapping.maximumBody), closes: true)
            }
        }
    }

    private func send(_ bytes: ByteBuffer, for exchange: Exchange) {
        guard exchange.state.framing == .chunked else {
            exchange.upstream?.send(bytes)
            return
        }
        var line = ByteBufferAllocator().buffer(capacity: bytes.readableBytes <= Self.smallPiece ? 4112 : 16)
        ChunkedCoding.writeSize(bytes.readableBytes, into: &line)
        if bytes.readableBytes <= Self.smallPiece {
            line.writeImmutableBuffer(bytes)
            line.writeStaticString("\r\n")
            exchange.upstream?.send(line)
        } else {
            exchange.upstream?.send(line)
            exchange.upstream?.send(bytes)
            exchange.upstream?.send(ByteBuffer(staticString: "\r\n"))
        }
    }

    func ended(_ trailers: HTTPHeaders?, for exchange: Exchange) {
        if refusesFraming(of: exchange) { return }
        if exchange.state.framing.hasBody { exchange.bodyEnded(at: loop.tick) }
        if exchange.state.requestEnded(), exchange.state.framing.hasBody {
            if exchange.state.keepsForRetry { exchange.replay.append(.end(trailers)) }
            if let rewrite = exchange.requestRewrite {
                sendRewritten(rewrite, trailers: trailers, for: exchange)
            } else if exchange.state.framing == .chunked {
                var end = ByteBufferAllocator().buffer(capacity: 16)
                ChunkedCoding.writeEnd(trailers, into: &end)
                exchange.upstream?.send(end)
            }
        }
        if exchange.heldAnswer != nil {
            writeHeldAnswer(for: exchange)
        } else if exchange.becomesStream {
            completeHandshake(exchange)
        } else if exchange.state.isOver {
            finish(exchange)
        }
    }

    // MARK: Coming down

    func upstream(_ connection: UpstreamConnection, answeredWith head: HTTPResponseHead) {
        guard let exchange, exchange.upstream === connection else { return }
        if head.status.code < 200 {
            informed(by: head, exchange)
            return
        }
        var head = head
        if let mapping = exchange.mapping { head.map(by: mapping) }
        let writer = ResponseHeadWriter(head, to: exchange.request.method, version: exchange.request.version)
        guard let writer else {
            connection.cancel()
            failed(exchange, .malformedAnswer, cause: "The upstream's answer contradicts itself")
            flush()  // nothing more is read from that connection that could do so
            return
        }
        guard exchange.state.headReceived() else { return }
        let now = RequestGuard.microseconds()
        exchange.pool?.answered(exchange, now: now)
        if writer.framing == .untilClose || loop.isDraining || !exchange.state.restIsShort {
            exchange.answer.closesConnection = true
        }
        exchange.answerFraming = writer.framing
        exchange.answerStatus = Int(head.status.code)
        exchange.upstreamStatus = exchange.answerStatus
        let duration = now - exchange.askedAt
        exchange.upstreamDuration = duration
        loop.metrics.upstreamAnswered(exchange.upstreamName, microseconds: duration)
        if exchange.side != nil { countAnswer(exchange, isError: head.status.code >= 500, microseconds: duration) }
        exchange.shadow?.began(head)
        if exchange.mapping != nil, holdsAnswer(head, of: exchange, writer.framing) {
            exchange.answerFraming = .none
            return
        }
        collect { writer.write(exchange.answer, date: loop.date.value, into: &$0) }
    }

    /// 1xx answers pass through (RFC 9110 §15.2), except for 100, which the gateway has given itself, and a 101 that
    /// nobody asked for.
    private func informed(by head: HTTPResponseHead, _ exchange: Exchange) {
        if head.status == .switchingProtocols, maySwitch(exchange, by: head) {
            exchange.switchingAnswer = head
        } else if head.status == .switchingProtocols {
            exchange.upstream?.cancel()
            failed(exchange, .malformedAnswer, cause: "The upstream switched protocols")
            flush()
        } else if exchange.state.informationalReceived(), head.status != .continue,
            exchange.request.version == .http1_1
        {
            collect { ResponseHeadWriter.write(informational: head, into: &$0) }
        }
    }

    func upstream(_ connection: UpstreamConnection, sent bytes: ByteBuffer) {
        guard let exchange, exchange.upstream === connection, bytes.readableBytes > 0 else { return }
        exchange.answerBytes += bytes.readableBytes
        exchange.shadow?.received(bytes)
        if exchange.answerRewrite?.append(bytes) == false {
            connection.cancel()
            failed(exchange, .malformedAnswer, cause: "The answer is too large to be passed on under other names")
            return
        }
        switch exchange.answerFraming {
        case .none: break
        case .length, .untilClose: pass(bytes)
        case .chunked:
            collect { ChunkedCoding.writeSize(bytes.readableBytes, into: &$0) }
            pass(bytes)
            collect { $0.writeStaticString("\r\n") }
        }
    }

    private func pass(_ bytes: ByteBuffer) {
        if bytes.readableBytes <= Self.smallPiece {
            collect { $0.writeImmutableBuffer(bytes) }
        } else {
            write(bytes)
        }
    }

    func upstream(_ connection: UpstreamConnection, endedWith trailers: HTTPHeaders?, keepsAlive: Bool) {
        guard let exchange, exchange.upstream === connection else { return }
        if let head = exchange.switchingAnswer { return openTunnel(exchange, connection, head) }
        if let rewrite = exchange.answerRewrite { writeRewritten(rewrite, for: exchange) }
        if exchange.answerFraming == .chunked { collect { ChunkedCoding.writeEnd(trailers, into: &$0) } }
        let isReusable = exchange.state.answerEnded(upstreamKeepsAlive: keepsAlive)
        detach(exchange)?.release(reusable: isReusable)
        exchange.pool?.leave(exchange)
        finish(exchange)
        flush()
        if exchange.shadow != nil { offerForComparison(exchange) }
    }

    func upstreamReadCompleted() {
        flush()
        updateDeadline(progress: true)
    }

    func upstreamBecameWritable() {
        resumeReading()
        updateDeadline(progress: true)
    }

    // MARK: Failing

    func noteUpstreamError(_ error: any Error) { exchange?.lastUpstreamError = error }

    /// The connection is gone, or is being closed.
    func upstream(_ connection: UpstreamConnection, failed failure: ExchangeState.Failure, cause: (any Error)?) {
        guard let exchange, exchange.upstream === connection else { return }
        exchange.failedEndpoints.insert(EndpointSet(connection.instance.member.slot))
        let cause = cause ?? exchange.lastUpstreamError
        failed(exchange, failure, cause: cause.map { "\($0)" } ?? "The upstream closed the connection")
        flush()
    }

    func failed(_ exchange: Exchange, _ failure: ExchangeState.Failure, cause: String) {
        if exchange.state.blamesInstance(for: failure, isOnReused: exchange.isOnReused) {
            exchange.pool?.failed(exchange, cause: cause, now: RequestGuard.microseconds())
        }
        exchange.trace?.failed(failure)
        _ = detach(exchange)
        let action = exchange.state.failed(failure, isOnReused: exchange.isOnReused) {
            exchange.pool?.spendRetry() ?? false
        }
        switch action {
        case .ignore: break
        case .retry:
            takeBackReplay(exchange)
            dispatch(exchange, fresh: true)
        case .answer:
            exchange.replay.removeAll()
            if exchange.side != nil {
                let duration = RequestGuard.microseconds() - exchange.startedAt
                countAnswer(exchange, isError: true, microseconds: duration)
            }
            answer(exchange, Self.error(for: failure), cause: cause)
        case .abort:
            loop.log.cutOff(cause: cause, exchange: exchange)
            countAborted(exchange)
            flush()
            abort()
        }
    }

    private func takeBackReplay(_ exchange: Exchange) {
        guard !exchange.replay.isEmpty else { return }
        var (bytes, hasEnd) = (0, false)
        for part in exchange.replay {
            switch part {
            case .body(let body): bytes += body.readableBytes
            case .end: hasEnd = true
            case .head: break
            }
        }
        waiting.prepend(contentsOf: exchange.replay)
        exchange.replay.removeAll()
        exchange.state.tookBack(bodyBytes: bytes, end: hasEnd)
    }

    /// The exchange lets its connection go and no longer counts for the endpoint.
    func detach(_ exchange: Exchange) -> UpstreamConnection? {
        let connection = exchange.upstream
        exchange.upstream = nil
        exchange.trace?.endAttempt(exchange)
        exchange.pool?.finish(exchange)
        return connection
    }

    /// 502 when the request may have been done, 503 when it was not, 504 when nobody knows.
    private static func error(for failure: ExchangeState.Failure) -> APIError {
        switch failure {
        case .noEndpoint, .connectFailed, .circuitOpen:
            .unavailable(.upstreamUnavailable, "The service is not available at the moment")
        case .exhausted: overloaded(retryAfter: 1)
        case .connectionLost, .malformedAnswer:
            APIError(502, .upstreamFailed, "The service failed while it answered the request")
        case .timedOut: APIError(504, .upstreamTimeout, "The service did not answer in time")
        }
    }

    private static func overloaded(retryAfter: Int) -> APIError {
        .unavailable(.overloaded, "The service has as many requests as it takes", retryAfter: retryAfter)
    }

    private static let noPlace = "The service has as many requests as it takes"
}
