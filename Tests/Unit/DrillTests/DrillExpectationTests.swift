import Drill
import Testing

@Suite struct DrillExpectationTests {
    private static let none = StoredRows(acknowledged: [], counts: [:])
    private static let quick = DrillTimes(ready: .seconds(1), recovered: .seconds(1))

    private func record(_ requests: (DrillRequest.Kind, DrillRequest.Outcome)...) -> DrillRecord {
        var record = DrillRecord()
        for (kind, outcome) in requests {
            record.add(DrillRequest(kind: kind, outcome: outcome, duration: .milliseconds(5)), at: .now)
        }
        return record
    }

    private func misses(
        _ part: DrillFault.Part, _ record: DrillRecord, _ rows: StoredRows = none, _ times: DrillTimes = quick
    ) -> [DrillMiss] { DrillExpectation(part).misses(record, rows, times) }

    private static let retryLater = DrillRequest.Outcome.refused(
        status: 503, code: "database_unavailable", canRetry: true)

    @Test(
        "a failed read is a miss, whatever was lost, but for nginx itself",
        arguments: [
            DrillFault.Part.service, .replica, .primary, .redis, .cache, .edge,
        ])
    func reads(part: DrillFault.Part) {
        let found = misses(part, record((.read, .answered), (.read, .cut("connection cut"))))
        #expect(found.isEmpty == (part == .edge))
    }

    @Test("without the primary a write may be refused for a while, and in no other way")
    func writes() {
        #expect(misses(.primary, record((.write, Self.retryLater))).isEmpty)
        #expect(misses(.primary, record((.write, .cut("connection cut")))).count == 1)
        #expect(misses(.primary, record((.write, .refused(status: 503, code: "", canRetry: false)))).count == 1)
        #expect(misses(.replica, record((.write, Self.retryLater))).count == 1)
        #expect(misses(.redis, record((.write, Self.retryLater))).count == 1)
        // A service that dies takes along what it had begun; the client repeats it under its key.
        #expect(misses(.service, record((.write, .cut("connection cut")))).isEmpty)
    }

    @Test("without Redis logins may be refused, without its cache not")
    func logins() {
        let refused = record((.login, .refused(status: 503, code: "limiter_unavailable", canRetry: true)))
        #expect(misses(.redis, refused).isEmpty)
        #expect(misses(.cache, refused).count == 1)
    }

    @Test(
        "an acknowledged write must be there, and once",
        arguments: [
            DrillFault.Part.service, .replica, .primary, .redis, .cache, .edge,
        ])
    func rows(part: DrillFault.Part) {
        let rows = StoredRows(acknowledged: ["a", "b", "c"], counts: ["a": 1, "b": 2, "d": 1])
        #expect(rows.lost == ["c"] && rows.doubled == ["b"])
        let found = misses(part, record(), rows)
        #expect(found.map(\.sentence) == ["1 acknowledged writes lost", "1 writes doubled"])
        #expect(found.allSatisfy { !$0.isAboutTime })
    }

    @Test("a write that was given up is a miss")
    func abandoned() {
        var record = record((.write, Self.retryLater))
        record.abandon("a")
        #expect(misses(.primary, record).map(\.sentence) == ["1 repeated writes never acknowledged"])
    }

    @Test("times are misses of their own kind")
    func times() {
        let late = DrillTimes(ready: .seconds(2), recovered: .seconds(8))
        #expect(misses(.primary, record((.write, Self.retryLater)), Self.none, late).map(\.isAboutTime) == [true])
        let inTime = DrillTimes(ready: .seconds(4), recovered: .seconds(8))
        #expect(misses(.primary, record((.write, Self.retryLater)), Self.none, inTime).isEmpty)
        var slow = DrillRecord()
        slow.add(DrillRequest(kind: .read, outcome: .answered, duration: .seconds(3)), at: .now)
        #expect(misses(.replica, slow).map(\.isAboutTime) == [true])
        #expect(misses(.service, slow).isEmpty)
    }

    @Test("it is calm after enough answers in a row, and a failure begins the count anew")
    func calm() {
        var record = DrillRecord()
        func add(_ kind: DrillRequest.Kind, _ outcome: DrillRequest.Outcome, _ count: Int) {
            for _ in 0..<count { record.add(DrillRequest(kind: kind, outcome: outcome, duration: .zero), at: .now) }
        }
        add(.read, .answered, 40)
        add(.write, .answered, 7)
        #expect(!record.isCalm)
        add(.write, .answered, 1)
        #expect(record.isCalm)
        add(.login, .cut("connection cut"), 1)
        #expect(record.isCalm)
        add(.read, .cut("connection cut"), 1)
        #expect(!record.isCalm)
    }
}
