/// One line of a drill's report: what a fault did to those who used the cluster meanwhile.
package struct DrillResult: Codable, Hashable, Sendable {
    package let process: String
    package let fault: DrillFault.Kind
    package let part: DrillFault.Part
    /// Requests that were answered as they should be.
    package let reads: Int
    package let writes: Int
    /// How often each failure came.
    package let failedReads: [String: Int]
    package let failedWrites: [String: Int]
    package let failedLogins: [String: Int]
    /// From the fault until the process was ready again, in seconds.
    package let ready: Double
    /// From the fault until the last failed read or write, in seconds.
    package let recovered: Double
    /// The longest that a read took, in seconds.
    package let slowestRead: Double
    package let acknowledged: Int
    package let lost: Int
    package let doubled: Int
    /// What was not as it must be; none when all was.
    package let misses: [DrillMiss]

    private enum CodingKeys: String, CodingKey {
        case process, fault, part, reads, writes, acknowledged, lost, doubled, misses
        case failedReads = "failed_reads"
        case failedWrites = "failed_writes"
        case failedLogins = "failed_logins"
        case ready = "ready_s"
        case recovered = "recovered_s"
        case slowestRead = "slowest_read_s"
    }

    package init(_ fault: DrillFault, _ record: DrillRecord, _ rows: StoredRows, times: DrillTimes) {
        process = fault.process
        self.fault = fault.kind
        part = fault.part
        reads = record.answered[.read] ?? 0
        writes = record.answered[.write] ?? 0
        failedReads = record.failures[.read] ?? [:]
        failedWrites = record.failures[.write] ?? [:]
        failedLogins = record.failures[.login] ?? [:]
        ready = times.ready.rounded
        recovered = times.recovered.rounded
        slowestRead = record.slowestRead.rounded
        acknowledged = record.acknowledged.count
        lost = rows.lost.count
        doubled = rows.doubled.count
        misses = DrillExpectation(fault.part).misses(record, rows, times)
    }
}

/// How long a fault took, from its beginning.
package struct DrillTimes: Hashable, Sendable {
    /// Until the process was ready again.
    package let ready: Duration
    /// Until the last failed read or write; zero when none failed.
    package let recovered: Duration

    package init(ready: Duration, recovered: Duration) {
        self.ready = ready
        self.recovered = recovered
    }
}

extension Duration {
    /// In seconds, with two digits after the point.
    var rounded: Double {
        let seconds = Double(components.seconds) + Double(components.attoseconds) / 1e18
        return (seconds * 100).rounded() / 100
    }
}
