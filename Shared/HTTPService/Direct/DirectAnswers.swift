import APIContract
import Logging
import NIOCore
import NIOHTTP1
import PrometheusMetrics
import Traces
import Tracing

/// Turns the answers of a ``DirectResponder`` into responses, counted as the router's are.
struct DirectAnswers: Sendable {
    private let responder: any DirectResponder
    private let metrics: RequestMetrics?
    private let tracer: SpanTracer?
    private let date: DateHeader
    private let isOff: Bool

    init(
        _ responder: any DirectResponder, metrics: RequestMetrics?, tracer: SpanTracer?, date: DateHeader,
        logger: Logger
    ) {
        self.responder = responder
        self.metrics = metrics
        self.tracer = tracer
        self.date = date
        // Each request is logged at this level, by the router's way.
        isOff = logger.logLevel <= .debug
    }

    func request(_ head: HTTPRequestHead) -> DirectRequest? {
        guard !isOff, var request = DirectRequest(head) else { return nil }
        if tracer != nil { request.cause = head.headers.first(name: "traceparent").flatMap(SpanIdentity.init(header:)) }
        return request
    }

    /// - Parameter reply: called once, on the event loop; with `nil` where the router must answer after all. It says
    ///   whether the answer went out.
    /// - Returns: false when the responder is not the one to answer, and `reply` will never be called.
    func respond(
        to request: DirectRequest, on eventLoop: any EventLoop, reply: @escaping @Sendable (ByteBuffer?) -> Bool
    ) -> Bool {
        guard let tracer, let cause = request.cause else {
            return respond(to: request, on: eventLoop, nil, reply: reply)
        }
        let span = tracer.begin("GET", causedBy: cause)
        return InstrumentationContext.withValue(span.context) {
            respond(to: request, on: eventLoop, span, reply: reply)
        }
    }

    /// - Parameter span: ended with the answer; where the router must answer it is as if it had never been.
    private func respond(
        to request: DirectRequest, on eventLoop: any EventLoop, _ span: ActiveSpan?,
        reply: @escaping @Sendable (ByteBuffer?) -> Bool
    ) -> Bool {
        let begin = NIODeadline.now()
        metrics?.begin()
        let isAccepted = responder.respond(to: request, on: eventLoop) { [self] answer in
            let response = answer.map { $0.encoded(requestID: Self.id(of: request), date: date.value) }
            guard reply(response), let answer else { return metrics?.abandon() ?? () }
            span?.answered("GET", answer.route, path: request.path, status: 200)
            span?.end()
            metrics?.noteDirect()
            metrics?.end(
                route: answer.route, method: "GET", code: 200,
                microseconds: Int((NIODeadline.now() - begin).nanoseconds / 1000))
        }
        if !isAccepted { metrics?.abandon() }
        return isAccepted
    }

    private static func id(of request: DirectRequest) -> String {
        if let given = request.requestID, RequestID.isWellFormed(given) { return given }
        return RequestID.make()
    }
}
