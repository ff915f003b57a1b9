import Authentication
import Logging
import NIOHTTP1

/// The log of requests: every one at level debug, otherwise one in so many, and by default none.
struct AccessLog {
    private let logger: Logger
    private let level: Logger.Level
    private let interval: Int
    private var countdown: Int

    /// - Parameter interval: 0 for none, 1 for all, 100 for one in a hundred.
    init(logger: Logger, interval: Int) {
        let isDebugging = logger.logLevel <= .debug
        self.logger = logger
        self.interval = isDebugging ? 1 : interval
        level = isDebugging && interval == 0 ? .debug : .info
        countdown = self.interval
    }

    /// Whether the request that begins now is to be logged at its end.
    mutating func takesNext() -> Bool {
        guard interval > 0 else { return false }
        countdown -= 1
        guard countdown <= 0 else { return false }
        countdown = interval
        return true
    }

    /// - Parameter duration: in microseconds.
    func write(_ exchange: Exchange, duration: Int) {
        var metadata: Logger.Metadata = [
            "method": "\(exchange.request.method.rawValue)",
            "path": "\(exchange.request.target.pathText)",
            "route": "\(exchange.routeName)",
            "status": .stringConvertible(exchange.answerStatus),
            "request_bytes": .stringConvertible(exchange.state.bodyBytes),
            "answer_bytes": .stringConvertible(exchange.answerBytes),
            "duration_us": .stringConvertible(duration),
            "client": "\(exchange.forwarded.clientAddress)",
            "request_id": "\(exchange.answer.requestID)",
            "trace_id": "\(exchange.traceID)",
            "upstream": "\(exchange.upstreamName)",
        ]
        if let duration = exchange.upstreamDuration { metadata["upstream_us"] = .stringConvertible(duration) }
        if let user = exchange.caller?.userID { metadata["user_id"] = .stringConvertible(user) }
        if let decision = exchange.answer.rateLimit {
            metadata["rate_limit"] = decision.isAdmitted ? "admitted" : "limited"
        }
        logger.log(level: level, "Request", metadata: metadata)
    }
}
