import PrometheusMetrics
import Testing
import Traces

@Suite("Spans that wait")
struct SpanQueueTests {
    private static func span(_ number: UInt64) -> RecordedSpan {
        RecordedSpan(
            SpanIdentity(traceHigh: 0, traceLow: 1, span: number), parent: nil, name: "", kind: .internal, beganAt: 0,
            endedAt: 0, attributes: [])
    }

    private static func page(_ queue: SpanQueue?) -> String { PrometheusText.render(SpanQueue.families(of: queue)) }

    @Test("no more wait than fit; the others are counted, and the oldest go first")
    func bounded() {
        let queue = SpanQueue(capacity: 3)
        for number in 1...5 { queue.record(Self.span(UInt64(number))) }
        #expect(queue.count == 3)
        #expect(queue.take(2).map(\.identity.span) == [1, 2])
        #expect(queue.take(2).map(\.identity.span) == [3])
        #expect(queue.take(2).isEmpty)
        queue.exported(2)
        queue.failed(1)
        let page = Self.page(queue)
        #expect(page.contains("cryptodesk_trace_spans_total{outcome=\"dropped\"} 2\n"))
        #expect(page.contains("cryptodesk_trace_spans_total{outcome=\"exported\"} 2\n"))
        #expect(page.contains("cryptodesk_trace_spans_total{outcome=\"failed\"} 1\n"))
    }

    @Test("a process that records nothing tells the same names")
    func off() {
        #expect(SpanQueue.families(of: nil).map(\.metric) == SpanQueue.catalogue)
        #expect(Self.page(nil).contains("cryptodesk_trace_spans_waiting 0\n"))
    }
}
