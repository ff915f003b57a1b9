package import APIContract
import HTTPTypes
package import Hummingbird
package import Logging
package import NIOCore
import NIOHTTP1
package import PrometheusMetrics
package import Traces
import Tracing

/// The outermost step of every request: gives it an id, lets the router answer, and renders every error.
package struct ServiceResponder: Sendable {
    private let router: RouterResponder<ServiceRequestContext>
    private let routes: RouteTable
    private let errors = ErrorRenderer()
    private let translate: @Sendable (any Error) -> APIError?
    private let logger: Logger
    private let metrics: RequestMetrics?
    private let tracer: SpanTracer?
    private let date = DateHeader()

    package init(
        router: Router<ServiceRequestContext>, logger: Logger, metrics: RequestMetrics? = nil,
        tracer: SpanTracer? = nil, translate: @escaping @Sendable (any Error) -> APIError? = { _ in nil }
    ) {
        self.router = router.buildResponder()
        self.routes = RouteTable(router.routes.map { ($0.path, $0.method) })
        self.translate = translate
        self.logger = logger
        self.metrics = metrics
        self.tracer = tracer
    }

    /// - Throws: `HTTPParserError` for bytes that are no HTTP, which the connection itself answers; nothing else.
    package func respond(to request: Request, channel: any Channel) async throws -> Response {
        let requestID = Self.requestID(of: request)
        let context = ServiceRequestContext(
            source: .init(channel: channel, logger: logger, requestID: requestID))
        if let tracer, let caller = request.headers[.traceparent].flatMap(SpanIdentity.init(header:)) {
            return try await tracer.record(request, context, causedBy: caller) {
                try await respond(to: request, context)
            }
        }
        return try await respond(to: request, context)
    }

    private func respond(to request: Request, _ context: ServiceRequestContext) async throws -> Response {
        metrics?.begin()
        let begin = metrics.map { _ in NIODeadline.now() }
        do {
            let response = try await answer(to: request, context: context)
            if let begin { metrics?.end(begin, context, request, response.status.code) }
            return response
        } catch {
            if let begin { metrics?.end(begin, context, request, 400) }
            throw error
        }
    }

    private func answer(to request: Request, context: ServiceRequestContext) async throws -> Response {
        let requestID = context.requestID
        var response: Response
        do {
            response = try await router.respond(to: request, context: context)
            // Our own answers of this kind say so in JSON; any other was made by Hummingbird.
            if response.status.code >= 400, response.headers[.contentType] != "application/json" {
                response = errors.render(framework: response.status, allow: allowed(request), requestID: requestID)
            }
        } catch let error as APIError {
            response = errors.render(error, requestID: requestID)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            let translated = translate(error)
            if translated.map({ $0.status >= 500 }) ?? true {
                context.requestLogger(for: request).log(
                    level: translated == nil ? .error : .warning, "Request failed", metadata: ["error": "\(error)"])
            }
            response = errors.render(translated ?? .internalError, requestID: requestID)
        }
        response.headers.append(HTTPField(name: .xRequestID, value: requestID))
        response.headers.append(HTTPField(name: .date, value: date.value))
        if logger.logLevel <= .debug { log(request, response, context) }
        return response
    }

    /// The id that came along, if it is well formed, else a new one.
    private static func requestID(of request: Request) -> String {
        if let given = request.headers[.xRequestID], APIContract.RequestID.isWellFormed(given) { return given }
        return APIContract.RequestID.make()
    }

    /// Hummingbird answers 404 where only the method is unknown.
    private func allowed(_ request: Request) -> [String] { routes.methods(for: request.uri.path) }

    private func log(_ request: Request, _ response: Response, _ context: ServiceRequestContext) {
        context.requestLogger(for: request).debug(
            "Request",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
                "status": "\(response.status.code)",
            ])
    }
}

extension RequestMetrics {
    fileprivate func end(_ begin: NIODeadline, _ context: ServiceRequestContext, _ request: Request, _ code: Int) {
        end(
            route: context.endpointPath, method: request.method.rawValue, code: code,
            microseconds: Int((NIODeadline.now() - begin).nanoseconds / 1000))
    }
}
