import Hummingbird
package import Traces
import Tracing

extension SpanTracer {
    /// A server's span, under way.
    func begin(_ name: String, causedBy cause: SpanIdentity) -> ActiveSpan {
        var context = InstrumentationContext.topLevel
        context.span = cause
        return startSpan(name, context: context, ofKind: .server)
    }

    /// Records how a request is answered, with the span as the one that is under way.
    func record(
        _ request: Request, _ context: ServiceRequestContext, causedBy cause: SpanIdentity,
        _ respond: () async throws -> Response
    ) async throws -> Response {
        let span = begin(request.method.rawValue, causedBy: cause)
        defer { span.end() }
        return try await InstrumentationContext.withValue(span.context) {
            let response = try await respond()
            span.answered(
                request.method.rawValue, context.endpointPath, path: request.uri.path,
                status: Int(response.status.code))
            span.attributes["cryptodesk.request_id"] = context.requestID
            return response
        }
    }
}

extension ActiveSpan {
    /// Names the span and says what was answered (OpenTelemetry's semantic conventions, "HTTP server").
    ///
    /// - Parameters:
    ///   - route: the pattern; `nil` where there is none.
    ///   - path: without the query, which may hold what is nobody else's business.
    func answered(_ method: String, _ route: String?, path: String, status: Int) {
        operationName = route.map { "\(method) \($0)" } ?? method
        updateAttributes { attributes in
            attributes["http.request.method"] = method
            attributes["http.response.status_code"] = status
            attributes["http.route"] = route
            attributes["url.path"] = path
            attributes["url.scheme"] = "http"
            if status >= 500 { attributes["error.type"] = "\(status)" }
        }
        if status >= 500 { setStatus(SpanStatus(code: .error)) }
    }
}
