import Gateway
import PrometheusMetrics
import Testing

@Suite("What event loops count")
struct LoopMetricsTests {
    @Test("the counts of event loops are added up, route by route and status by status")
    func sum() {
        var (one, other) = (LoopMetrics(), LoopMetrics())
        one.answered("a", code: 200, upstream: "auth", microseconds: 300)
        one.answered("a", code: 200, upstream: "auth", microseconds: 300)
        one.answered("a", code: 503, upstream: "none", microseconds: 10)
        other.answered("a", code: 200, upstream: "auth", microseconds: 3000)
        other.answered("b", code: 200, upstream: "auth", microseconds: 1)
        other.aborted("b")
        one.upstreamAnswered("auth", microseconds: 5)
        other.upstreamAnswered("auth", microseconds: 5)
        one.decided(.limited)
        other.decided(.limited)
        one.sentBytes = 5
        other.sentBytes = 7
        one.ticked(late: -3)  // a clock that is read twice in a row may be early by a little
        one.add(other)
        #expect(
            Set(one.routes["a"]?.answers ?? []) == [
                .init(code: 200, upstream: "auth", count: 3), .init(code: 503, upstream: "none", count: 1),
            ])
        #expect(one.routes["a"]?.durations.count == 4 && one.routes["a"]?.durations.sum == 3610)
        #expect(one.routes["b"]?.answers.map(\.count) == [1] && one.routes["b"]?.aborted == 1)
        #expect(one.upstreamDurations["auth"]?.count == 2)
        #expect(one.decisions == [0, 2, 0])
        #expect(one.sentBytes == 12)
        #expect(one.lag.count == 1 && one.lag.sum == 0)
    }
}
