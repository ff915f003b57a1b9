import Gateway
import Testing

@Suite("Guards of a route that moves")
struct MigrationGuardsTests {
    private func counts(
        compared: Int = 0, mismatched: Int = 0, errors: [MigrationSide: Int] = [:], answers: Int = 0,
        latencies: [MigrationSide: Int] = [:]
    ) -> EvidenceCounts {
        var counts = EvidenceCounts()
        for index in 0..<compared { counts.compared(index < mismatched ? ["value $.a"] : [], isNoisy: false) }
        for side in MigrationSide.allCases {
            for index in 0..<answers {
                counts.answered(side, isError: index < errors[side] ?? 0, microseconds: latencies[side] ?? 5000)
            }
        }
        return counts
    }

    /// The figures of the paper's formula, worked out by hand for 2 of 10 and for none of 100.
    @Test("an interval holds what may be the true share")
    func wilson() {
        let some = WilsonInterval(2, of: 10)
        #expect(abs(some.lower - 0.0567) < 0.0001 && abs(some.upper - 0.5098) < 0.0001)
        let none = WilsonInterval(0, of: 100)
        #expect(none.lower == 0 && abs(none.upper - 0.0370) < 0.0001)
        let unknown = WilsonInterval(0, of: 0)
        #expect(unknown.lower == 0 && unknown.upper == 1)
        let proof = WilsonInterval.proof(of: 0.001)
        #expect(WilsonInterval(0, of: proof).upper <= 0.001 && WilsonInterval(0, of: proof - 10).upper > 0.001)
    }

    @Test("one field in a thousand that differs breaks a guard of one in ten thousand, and chance does not")
    func mismatches() throws {
        var guards = MigrationGuards()
        guards.mismatches = 0.0001
        let reason = try #require(guards.broken(by: counts(compared: 5000, mismatched: 5)))
        #expect(reason.contains("5 of 5000") && reason.contains("value $.a"))
        #expect(guards.broken(by: counts(compared: 2, mismatched: 2)) == nil)
        guards.mismatches = 0.01
        #expect(guards.broken(by: counts(compared: 5000, mismatched: 50)) == nil)
        #expect(guards.broken(by: counts(compared: 5000, mismatched: 100)) != nil)
    }

    @Test("errors of the candidate count against those of the monolith")
    func errors() {
        let guards = MigrationGuards()
        #expect(guards.broken(by: counts(errors: [.candidate: 40], answers: 1000)) != nil)
        #expect(guards.broken(by: counts(errors: [.candidate: 40, .legacy: 40], answers: 1000)) == nil)
        #expect(guards.broken(by: counts(errors: [.candidate: 4], answers: 10)) == nil)
        var alone = EvidenceCounts()
        for index in 0..<1000 { alone.answered(.candidate, isError: index < 40, microseconds: 5000) }
        #expect(guards.broken(by: alone) != nil)
    }

    @Test("a candidate that is twice as slow is found, and one that is as fast as the monolith is not")
    func latency() {
        let guards = MigrationGuards()
        #expect(guards.broken(by: counts(answers: 200, latencies: [.candidate: 10_000]))?.contains("p99") == true)
        #expect(guards.broken(by: counts(answers: 200, latencies: [.candidate: 6000])) == nil)
        #expect(guards.broken(by: counts(answers: 199, latencies: [.candidate: 10_000])) == nil)
        #expect(guards.broken(by: counts(answers: 200, latencies: [.legacy: 100, .candidate: 900])) == nil)
    }

    @Test("a stage is left only with enough evidence")
    func missing() throws {
        var guards = MigrationGuards()
        (guards.requests, guards.mismatches) = (100, 0.05)
        #expect(guards.missing(.init(), in: .legacy, reads: true) == nil)
        #expect(guards.missing(.init(), in: .shadow, reads: false) == nil)
        #expect(guards.missing(counts(compared: 99), in: .shadow, reads: true) == "99 of 100 answers were compared")
        #expect(guards.missing(counts(compared: 100), in: .shadow, reads: true) == nil)
        let doubtful = try #require(guards.missing(counts(compared: 100, mismatched: 3), in: .shadow, reads: true))
        #expect(doubtful.contains("may be 8.4") && doubtful.contains("5.0 % is allowed"))
        for stage in [MigrationStage.canary(percent: 5), .full] {
            #expect(guards.missing(counts(answers: 99), in: stage, reads: true) != nil)
            #expect(guards.missing(counts(answers: 100), in: stage, reads: true) == nil)
        }
    }

    @Test("counts of gateways add up, also through names and numbers")
    func sums() {
        let one = counts(compared: 3, mismatched: 1, errors: [.candidate: 1], answers: 4)
        #expect(EvidenceCounts(fields: one.fields) == one && EvidenceCounts().isEmpty && !one.isEmpty)
        var sum = one
        sum.add(counts(compared: 2, answers: 1, latencies: [.legacy: 90_000]))
        #expect(sum.compared == 5 && sum.mismatched == 1 && sum.answers[.legacy] == 5)
        #expect(sum.errors == [.candidate: 1] && sum.differences == ["value $.a": 1])
        #expect(LatencyScale.p99(sum.latencies[.legacy] ?? [:]).map { $0 >= 90_000 } == true)
    }

    @Test("an answer is below the upper end of its class, which is less than a fifth above it")
    func scale() {
        for microseconds in [1, 2, 7, 100, 999, 12_345, 3_000_000] {
            let upper = LatencyScale.p99([LatencyScale.bucket(microseconds): 1]) ?? 0
            #expect(upper >= microseconds && Double(upper) < Double(microseconds) * 1.2 + 1)
        }
        #expect(LatencyScale.p99([:]) == nil)
        #expect(LatencyScale.p99([4: 99, 40: 1]) == 2)
        #expect((LatencyScale.p99([4: 98, 40: 2]) ?? 0) > 1000)
    }
}
