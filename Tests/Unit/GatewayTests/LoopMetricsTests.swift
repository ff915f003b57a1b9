import Gateway
import JSON
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

    @Test("rates and latencies are of what came between the two moments only")
    func activity() throws {
        var before = LoopMetrics()
        for _ in 0..<50 { before.answered("a", code: 200, upstream: "auth", microseconds: 9_000_000) }
        var after = before
        for _ in 0..<98 { after.answered("a", code: 200, upstream: "auth", microseconds: 400) }
        after.answered("b", code: 503, upstream: "none", microseconds: 400)
        after.answered("b", code: 200, upstream: "auth", microseconds: 90_000)
        for _ in 0..<3 { after.decided(.limited) }
        after.decided(.unlimited)
        let limit = try #require(RateLimit(100, per: 1_000_000, burst: 200))
        let body = GatewayActivity(
            from: before, to: after, seconds: 2, connections: 7, policies: [RateLimitPolicy(name: "user", limit: limit)]
        ).json.object
        #expect(body?["requests_per_second"] == .number("50.0"))
        #expect(body?["failures_per_second"] == .number("0.5"))
        #expect(body?["limited_per_second"] == .number("1.5"))
        #expect(body?["uncounted_per_second"] == .number("0.5"))
        #expect(body?["connections"]?.integer == 7)
        // 99 are between a quarter and half a millisecond, where the estimate spreads them evenly.
        #expect(body?["latency_ms"]?.object?["p50"] == .number("0.38"))
        #expect(body?["latency_ms"]?.object?["p99"] == .number("0.5"))
        let first = body?["limits"]?.array?.first?.object
        #expect(first?["name"]?.string == "user" && first?["burst"]?.integer == 200)
        #expect(first?["per_second"] == .number("100.0"))
    }

    @Test("a gateway that has answered nothing meanwhile has no latency")
    func idle() {
        var metrics = LoopMetrics()
        metrics.answered("a", code: 200, upstream: "auth", microseconds: 400)
        let body = GatewayActivity(from: metrics, to: metrics, seconds: 2, connections: 0, policies: []).json.object
        #expect(body?["requests_per_second"] == .number("0.0"))
        #expect(body?["latency_ms"]?.object?["p99"] == .null)
    }

    @Test("what is above the last bound is told as that bound")
    func quantileAbove() {
        var histogram = Histogram(bounds: [10, 20])
        histogram.observe(microseconds: 500)
        #expect(histogram.quantile(0.5, since: Histogram(bounds: [10, 20])) == 20)
        #expect(histogram.quantile(0.5, since: histogram) == nil)
    }
}
