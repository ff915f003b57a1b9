import Load
import Testing

@Suite("latencies")
struct LatencyHistogramTests {
    @Test("percentiles are right to three digits")
    func percentiles() {
        var latencies = LatencyHistogram()
        for milliseconds in 1...10_000 { latencies.record(nanoseconds: Int64(milliseconds) * 1_000_000) }
        for percent in [50.0, 90, 99, 99.9] {
            #expect(abs(latencies.percentile(percent) / (percent * 100) - 1) < 0.001)
        }
        #expect(latencies.maximum == 10_000)
        #expect(abs(latencies.count(above: 5000) - 5000) < 10)
    }

    @Test("a curve rises to the maximum")
    func curve() {
        var latencies = LatencyHistogram()
        for number in 0..<5000 { latencies.record(nanoseconds: Int64(number * number + 1_000_000)) }
        let curve = latencies.percentileCurve
        #expect(curve.count > 20)
        #expect(
            zip(curve, curve.dropFirst()).allSatisfy { $0.percent < $1.percent && $0.milliseconds <= $1.milliseconds })
        #expect(curve.last?.milliseconds == latencies.maximum)
    }

    @Test("nothing was measured: every figure is 0")
    func nothing() {
        let latencies = LatencyHistogram()
        #expect(latencies.percentile(99) == 0)
        #expect(latencies.maximum == 0)
        #expect(latencies.percentileCurve.isEmpty)
    }

    /// A server answers at once, but stands still for a second: the arithmetic of coordinated omission.
    @Test("a stall that a closed loop sees once is seen by every request that was due meanwhile")
    func stall() throws {
        let schedule = ArrivalSchedule([.init(from: 100, to: 100, duration: 10)])
        let stall: Range<Int64> = 4_000_000_000..<5_000_000_000
        func answer(toSentAt time: Int64) -> Int64 { stall.contains(time) ? stall.upperBound : time + 1_000_000 }
        var open = LatencyHistogram()
        for due in (0..<schedule.count).compactMap({ schedule.due($0) }) {
            open.record(nanoseconds: answer(toSentAt: due) - due)
        }
        var closed = LatencyHistogram()
        var now: Int64 = 0
        while now < 10_000_000_000 {
            let answered = answer(toSentAt: now)
            closed.record(nanoseconds: answered - now)
            now = answered
        }
        #expect(closed.percentile(99.9) < 2)
        #expect(closed.count(above: 100) == 1)
        #expect(open.percentile(99) > 890)
        #expect(open.count(above: 100) == 90)
    }
}
