package import PrometheusMetrics
import Synchronization

/// The spans that wait to be exported: as many as fit, and no request ever waits for room.
///
/// The lock is taken once a span that is recorded, for one append.
package final class SpanQueue: Sendable {
    package static let catalogue = [spans, waiting]

    private static let spans = Metric(
        "cryptodesk_trace_spans_total", .counter,
        "Spans of traces: taken by the collector (exported), thrown away because too many waited (dropped) or because the "
            + "collector did not take them (failed).",
        labels: ["outcome"])
    private static let waiting = Metric(
        "cryptodesk_trace_spans_waiting", .gauge, "Spans that wait to be exported.")

    private struct State {
        var waiting: [RecordedSpan] = []
        var exported = 0
        var dropped = 0
        var failed = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    package init(capacity: Int) { self.capacity = capacity }

    package var count: Int { state.withLock { $0.waiting.count } }

    /// Keeps the span, or counts it as dropped: those that came first tell how the trouble began.
    package func record(_ span: RecordedSpan) {
        state.withLock { state in
            if state.waiting.count < capacity { state.waiting.append(span) } else { state.dropped += 1 }
        }
    }

    /// The oldest ones, at most so many.
    package func take(_ most: Int) -> [RecordedSpan] {
        state.withLock { state in
            let taken = Array(state.waiting.prefix(most))
            state.waiting.removeFirst(taken.count)
            return taken
        }
    }

    package func exported(_ count: Int) { state.withLock { $0.exported += count } }

    package func failed(_ count: Int) { state.withLock { $0.failed += count } }

    /// - Parameter queue: `nil` in a process that records nothing.
    package static func families(of queue: SpanQueue?) -> [MetricFamily] {
        let state = queue?.state.withLock { $0 } ?? State()
        return [
            spans([
                MetricSample(["exported"], count: state.exported), MetricSample(["dropped"], count: state.dropped),
                MetricSample(["failed"], count: state.failed),
            ]),
            waiting(count: state.waiting.count),
        ]
    }
}
