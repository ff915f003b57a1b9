package import Logging
import Tracing

extension Logger.MetadataProvider {
    /// The ids of the trace and of the span that are under way, for lines that are written inside of a span.
    package static let traces = Logger.MetadataProvider {
        guard let span = InstrumentationContext.current?.span else { return [:] }
        return ["trace_id": "\(span.traceID)", "span_id": "\(span.spanID)"]
    }
}
