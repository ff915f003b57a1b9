import APIContract
import Logging
import NIOCore
import NIOHTTP1
import PrometheusMetrics

/// Turns the answers of a ``DirectResponder`` into responses, counted as the router's are.
struct DirectAnswers: Sendable {
    private let responder: any DirectResponder
    private let metrics: RequestMetrics?
    private let date: DateHeader
    private let isOff: Bool

    init(_ responder: any DirectResponder, metrics: RequestMetrics?, date: DateHeader, logger: Logger) {
        self.responder = responder
        self.metrics = metrics
        self.date = date
        // Each request is logged at this level, by the router's way.
        isOff = logger.logLevel <= .debug
    }

    func request(_ head: HTTPRequestHead) -> DirectRequest? { isOff ? nil : DirectRequest(head) }

    /// - Parameter reply: called once, on the event loop; with `nil` where the router must answer after all. It says
    ///   whether the answer went out.
    /// - Returns: false when the responder is not the one to answer, and `reply` will never be called.
    func respond(
        to request: DirectRequest, on eventLoop: any EventLoop, reply: @escaping @Sendable (ByteBuffer?) -> Bool
    ) -> Bool {
        let begin = NIODeadline.now()
        metrics?.begin()
        let isAccepted = responder.respond(to: request, on: eventLoop) { [self] answer in
            let response = answer.map { $0.encoded(requestID: Self.id(of: request), date: date.value) }
            guard reply(response), let answer else { return metrics?.abandon() ?? () }
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
