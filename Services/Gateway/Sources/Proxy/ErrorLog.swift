import APIContract
import Logging

/// The log of what went wrong on one event loop: every line with its cause and request id, but a bounded number of
/// lines a second, because an outage must not be made worse by writing about it.
final class ErrorLog {
    private let logger: Logger
    private var budget = ErrorLog.linesPerSecond
    private var suppressed = 0
    private var ticks = 0

    private static let linesPerSecond = 20

    init(logger: Logger) { self.logger = logger }

    func answered(_ status: Int, _ code: ErrorCode, cause: String, exchange: Exchange) {
        write(
            .error, "Request failed",
            [
                "status": "\(status)", "code": "\(code.rawValue)", "cause": "\(cause)",
                "request_id": "\(exchange.answer.requestID)", "trace_id": "\(exchange.traceID)",
                "route": "\(exchange.route?.name ?? "none")",
            ])
    }

    func cutOff(cause: String, exchange: Exchange) {
        write(
            .warning, "Answer was cut off",
            [
                "cause": "\(cause)", "request_id": "\(exchange.answer.requestID)",
                "trace_id": "\(exchange.traceID)", "route": "\(exchange.route?.name ?? "none")",
            ])
    }

    func connectFailed(_ upstream: UpstreamName, _ endpoint: UpstreamEndpoint, error: any Error) {
        write(
            .warning, "Cannot connect to an upstream",
            ["upstream": "\(upstream.rawValue)", "endpoint": "\(endpoint)", "cause": "\(error)"])
    }

    func ejected(_ upstream: UpstreamName, _ endpoint: UpstreamEndpoint, cause: String) {
        write(
            .warning, "Ejected an upstream",
            ["upstream": "\(upstream.rawValue)", "endpoint": "\(endpoint)", "cause": "\(cause)"])
    }

    /// Called on every tick of the event loop.
    func advance() {
        ticks += 1
        guard ticks >= 10 else { return }
        ticks = 0
        budget = Self.linesPerSecond
        guard suppressed > 0 else { return }
        logger.error("More requests failed", metadata: ["count": "\(suppressed)"])
        suppressed = 0
    }

    private func write(_ level: Logger.Level, _ message: Logger.Message, _ metadata: Logger.Metadata) {
        guard budget > 0 else {
            suppressed += 1
            return
        }
        budget -= 1
        logger.log(level: level, message, metadata: metadata)
    }
}
