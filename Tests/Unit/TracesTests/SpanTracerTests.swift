import APIContract
import Logging
import Testing
import Traces
import Tracing

@Suite("The tracer")
struct SpanTracerTests {
    private struct Failure: Error {}

    private static let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private static func context(_ header: String = header) -> InstrumentationContext {
        var context = InstrumentationContext.topLevel
        context.span = SpanIdentity(header: header)
        return context
    }

    @Test("a sampled traceparent survives both ways; one that is not, or is malformed, is none")
    func identity() {
        #expect(SpanIdentity(header: Self.header)?.header == Self.header)
        #expect(SpanIdentity(header: Self.header.dropLast() + "0") == nil)
        #expect(SpanIdentity(header: Self.header.dropLast() + "2") == nil)
        #expect(SpanIdentity(header: "00-zz-01") == nil)
        #expect(SpanIdentity(header: "") == nil)
    }

    @Test("spans inside of each other are each other's children in one trace")
    func nesting() throws {
        let queue = SpanQueue(capacity: 10)
        let tracer = SpanTracer(queue)
        tracer.withSpan("outer", context: Self.context(), ofKind: .server) { outer in
            outer.attributes["http.response.status_code"] = 200
            tracer.withSpan("inner", ofKind: .client) { _ in }
        }
        let spans = queue.take(10)
        try #require(spans.map(\.name) == ["inner", "outer"])
        let caller = try #require(SpanIdentity(header: Self.header))
        #expect(spans.allSatisfy { $0.identity.traceID == caller.traceID && $0.endedAt >= $0.beganAt })
        #expect(spans[1].parent == caller.span && spans[0].parent == spans[1].identity.span)
        #expect(spans[0].kind == .client && spans[1].kind == .server)
        #expect(spans[1].attributes == [.init("http.response.status_code", 200)])
    }

    @Test("outside of a sampled trace nothing is recorded")
    func unsampled() {
        let queue = SpanQueue(capacity: 10)
        let tracer = SpanTracer(queue)
        tracer.withSpan("one") { #expect(!$0.isRecording) }
        tracer.withSpan("two", context: Self.context(String(Self.header.dropLast() + "0"))) { _ in }
        #expect(queue.count == 0)
    }

    @Test("an error is told by its type and never by its text, and a span ends once")
    func errors() throws {
        let queue = SpanQueue(capacity: 10)
        let tracer = SpanTracer(queue)
        #expect(throws: Failure.self) {
            try tracer.withSpan("one", context: Self.context()) { span in
                span.end()
                throw Failure()
            }
        }
        let span = tracer.startSpan("two", context: Self.context())
        span.recordError(Failure())
        span.end()
        let spans = queue.take(10)
        #expect(spans.map(\.name) == ["one", "two"] && spans.map(\.isError) == [false, true])
        #expect(spans[1].attributes == [.init("error.type", "Failure")])
    }

    @Test("log lines inside of a span carry its ids")
    func logs() {
        let queue = SpanQueue(capacity: 10)
        #expect(Logger.MetadataProvider.traces.get().isEmpty)
        SpanTracer(queue).withSpan("one", context: Self.context()) { span in
            let metadata = Logger.MetadataProvider.traces.get()
            #expect(metadata["trace_id"] == "0af7651916cd43dd8448eb211c80319c")
            #expect(metadata["span_id"].map { "\($0)" } == span.context.span?.spanID)
        }
    }
}
