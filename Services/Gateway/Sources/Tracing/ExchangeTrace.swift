import APIContract
import Authentication
import NIOCore
import NIOHTTP1
import Traces
import Tracing

/// The spans of a request that is traced: its own, and one for each time that an instance is asked.
///
/// Named as OpenTelemetry's semantic conventions for HTTP say.
final class ExchangeTrace {
    private struct Attempt {
        let identity: SpanIdentity
        let endpoint: UpstreamEndpoint
        /// Microseconds.
        let beganAt: Int
        var failure: ExchangeState.Failure?
    }

    private let queue: SpanQueue
    private let identity: SpanIdentity
    /// Of the caller, where one was told.
    private let parent: UInt64?
    /// What the event loop's clock said in 1970, so to speak: nanoseconds to add to it.
    private let epoch: UInt64
    private var attempt: Attempt?
    private var attempts = 0

    /// - Parameters:
    ///   - traceParent: of the request's own span, sampled.
    ///   - caller: what came with the request.
    init?(_ traceParent: String, caller: TraceContext?, queue: SpanQueue) {
        guard let identity = SpanIdentity(header: traceParent) else { return nil }
        self.identity = identity
        self.queue = queue
        parent = caller.flatMap { UInt64($0.spanID, radix: 16) }
        epoch = DefaultTracerClock.now.nanosecondsSinceEpoch - UInt64(RequestGuard.microseconds()) * 1000
    }

    // MARK: An instance is asked

    /// - Returns: the `traceparent` for it.
    func beginAttempt(_ endpoint: UpstreamEndpoint, now: Int) -> String {
        attempts += 1
        let attempt = Attempt(identity: identity.sibling(), endpoint: endpoint, beganAt: now)
        self.attempt = attempt
        return attempt.identity.header
    }

    func failed(_ failure: ExchangeState.Failure) { attempt?.failure = failure }

    /// The instance has answered, or will not.
    func endAttempt(_ exchange: Exchange) {
        guard let attempt else { return }
        self.attempt = nil
        let method = exchange.request.method.rawValue
        var attributes: [RecordedSpan.Attribute] = [
            .init("http.request.method", method), .init("server.address", attempt.endpoint.host),
            .init("cryptodesk.upstream", exchange.upstreamName),
        ]
        if attempt.endpoint.port > 0 { attributes.append(.init("server.port", attempt.endpoint.port)) }
        if attempts > 1 { attributes.append(.init("http.request.resend_count", attempts - 1)) }
        let status = attempt.failure == nil ? exchange.upstreamStatus : 0
        if status > 0 { attributes.append(.init("http.response.status_code", status)) }
        // For who asks, an error of the 4xx family is one (semantic conventions, "HTTP client").
        let error = attempt.failure.map { "\($0)" } ?? (status == 0 ? "abandoned" : status >= 400 ? "\(status)" : nil)
        if let error { attributes.append(.init("error.type", error)) }
        record(
            attempt.identity, parent: identity.span, method, .client, attempt.beganAt, attributes, isError: error != nil
        )
    }

    // MARK: The request is over

    /// - Parameter isAborted: the answer is not complete.
    func end(_ exchange: Exchange, isAborted: Bool = false) {
        endAttempt(exchange)
        let (request, status) = (exchange.request, exchange.answerStatus)
        var attributes: [RecordedSpan.Attribute] = [
            .init("http.request.method", request.method.rawValue), .init("url.path", String(request.target.pathText)),
            .init("url.scheme", exchange.forwarded.proto), .init("server.address", exchange.forwarded.host),
            .init("client.address", exchange.forwarded.clientAddress),
            .init("network.protocol.version", request.version == .http1_0 ? "1.0" : "1.1"),
            .init("cryptodesk.request_id", exchange.answer.requestID),
        ]
        if status > 0 { attributes.append(.init("http.response.status_code", status)) }
        if let route = exchange.route {
            attributes += [.init("http.route", route.path), .init("cryptodesk.route", route.name)]
        }
        if let decision = exchange.answer.rateLimit {
            attributes.append(.init("cryptodesk.rate_limit", decision.isAdmitted ? "admitted" : "limited"))
        }
        let error = isAborted ? "aborted" : status >= 500 ? "\(status)" : nil
        if let error { attributes.append(.init("error.type", error)) }
        let name = exchange.route.map { "\(request.method.rawValue) \($0.path)" } ?? request.method.rawValue
        record(
            identity, parent: parent, name, .server, exchange.startedAt, attributes, isError: error != nil,
            traceState: parent == nil ? "" : request.fields.first(name: "tracestate") ?? "")
    }

    private func record(
        _ identity: SpanIdentity, parent: UInt64?, _ name: String, _ kind: RecordedSpan.Kind, _ beganAt: Int,
        _ attributes: [RecordedSpan.Attribute], isError: Bool, traceState: String = ""
    ) {
        queue.record(
            RecordedSpan(
                identity, parent: parent, name: name, kind: kind, beganAt: epoch + UInt64(beganAt) * 1000,
                endedAt: epoch + UInt64(RequestGuard.microseconds()) * 1000, attributes: attributes, isError: isError,
                traceState: traceState))
    }
}
