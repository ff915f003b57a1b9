import APIContract
package import Tracing

/// Records the spans of this process whose traces are sampled; what begins a trace is no span of its own: who sees a request
/// first decides whether it is traced.
package struct SpanTracer: Tracer {
    private let queue: SpanQueue

    package init(_ queue: SpanQueue) { self.queue = queue }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> ActiveSpan {
        ActiveSpan(
            operationName, in: context(), kind: kind, beganAt: instant().nanosecondsSinceEpoch, queue: queue)
    }

    package func forceFlush() {}

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let header = extractor.extract(key: TraceContext.headerName, from: carrier) else { return }
        context.span = SpanIdentity(header: header)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.span else { return }
        injector.inject(span.header, forKey: TraceContext.headerName, into: &carrier)
    }
}

private enum SpanKey: InstrumentationContextKey {
    typealias Value = SpanIdentity

    static var nameOverride: String? { "span" }
}

extension InstrumentationContext {
    /// The span that is under way, or of another process the one that caused this; `nil` where nothing is recorded.
    package var span: SpanIdentity? {
        get { self[SpanKey.self] }
        set { self[SpanKey.self] = newValue }
    }
}
