import APIContract
import HTTPService
import NIOCore
import NIOHTTP1

// Answers that the gateway makes itself, and the end of every exchange.
extension ClientConnection {
    /// - Parameters:
    ///   - cause: for the log; an error of the 5xx family has one.
    ///   - closes: the connection cannot go on, whatever else holds.
    func answer(_ exchange: Exchange, _ error: APIError, cause: String? = nil, closes: Bool = false) {
        if error.status >= 500 {
            loop.log.answered(error.status, error.code, cause: cause ?? "unknown", exchange: exchange)
        }
        if closes { exchange.answer.closesConnection = true }
        answer(exchange, GatewayAnswer(error, requestID: exchange.answer.requestID))
    }

    func answer(_ exchange: Exchange, _ answer: GatewayAnswer) {
        guard exchange.state.answering() else { return abort() }
        detach(exchange)?.cancel()
        exchange.pool?.leave(exchange)
        if loop.isDraining || !exchange.state.restIsShort { exchange.answer.closesConnection = true }
        if exchange.state.requestIsComplete || exchange.answer.closesConnection {
            write(answer, for: exchange)
        } else {
            exchange.heldAnswer = answer
            takeWaiting()
            updateDeadline()
        }
    }

    /// The rest of the request has come, or will not.
    ///
    /// An answer in the middle of a body makes proxies give the connection up (nginx does so without a word), and the
    /// next request on it with them. So a short body is read to its end first.
    func writeHeldAnswer(for exchange: Exchange) {
        guard let answer = exchange.heldAnswer else { return }
        exchange.heldAnswer = nil
        write(answer, for: exchange)
    }

    private func write(_ answer: GatewayAnswer, for exchange: Exchange) {
        exchange.answerStatus = answer.status
        if exchange.request.method != .HEAD { exchange.answerBytes = answer.body?.utf8.count ?? 0 }
        let date = loop.date.value
        collect {
            answer.write(exchange.answer, includesBody: exchange.request.method != .HEAD, date: date, into: &$0)
        }
        exchange.state.answered()
        finish(exchange)
    }

    /// The exchange's answer is complete.
    func finish(_ exchange: Exchange) {
        guard exchange === self.exchange else { return }
        if exchange.state.isOver {
            next(after: exchange)
        } else if exchange.answer.closesConnection {
            log(exchange)
            closeAfterAnswer()
        } else {
            takeWaiting()  // the rest of the body, to be thrown away
            updateDeadline()
        }
    }

    /// The request and its answer are over: the next one's turn has come.
    private func next(after exchange: Exchange) {
        log(exchange)
        self.exchange = nil
        gate.reset()
        if exchange.answer.closesConnection || inputIsClosed && waiting.isEmpty {
            closeAfterAnswer()
        } else {
            takeWaiting()
            updateDeadline()
        }
    }

    func endTrace(_ exchange: Exchange, isAborted: Bool = false) {
        exchange.trace?.end(exchange, isAborted: isAborted)
        exchange.trace = nil
    }

    func log(_ exchange: Exchange) {
        exchange.isCounted = true
        let duration = RequestGuard.microseconds() - exchange.startedAt
        loop.metrics.answered(
            exchange.routeName, code: exchange.answerStatus, upstream: exchange.upstreamName, microseconds: duration)
        endTrace(exchange)
        if exchange.isLogged { loop.accessLog.write(exchange, duration: duration) }
    }
}
