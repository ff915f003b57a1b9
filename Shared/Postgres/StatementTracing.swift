package import Tracing

/// Records a span for each statement that is executed on behalf of a traced request: its name, and never its values.
struct StatementTracing: Sendable {
    private let tracer: any Tracer
    /// What all spans of one server say (OpenTelemetry's semantic conventions, "PostgreSQL client").
    private let attributes: SpanAttributes

    init(_ tracer: any Tracer, _ configuration: PostgresConfiguration) {
        self.tracer = tracer
        var attributes: SpanAttributes = [:]
        attributes["db.system.name"] = "postgresql"
        attributes["db.namespace"] = configuration.keywords["dbname"]
        attributes["server.address"] = configuration.keywords["host"]
        attributes["server.port"] = configuration.keywords["port"].flatMap { Int($0) }
        self.attributes = attributes
    }

    /// - Returns: `nil` where no request is traced.
    func begin(_ statement: Statement) -> (any Span)? {
        guard let context = InstrumentationContext.current else { return nil }
        let span = tracer.startSpan(statement.name, context: context, ofKind: .client)
        var attributes = attributes
        attributes["db.query.summary"] = statement.name
        span.attributes = attributes
        return span
    }
}

extension Span {
    func end(with outcome: Result<PostgresRows, PostgresError>) {
        if case .failure(let error) = outcome {
            setStatus(SpanStatus(code: .error))
            updateAttributes { attributes in
                attributes["error.type"] = error.sqlState ?? "\(error.code)"
                attributes["db.response.status_code"] = error.sqlState
            }
        }
        end()
    }
}
