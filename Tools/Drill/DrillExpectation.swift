/// One thing that a fault must not do, and did.
package struct DrillMiss: Codable, Hashable, Sendable {
    package let sentence: String
    /// Whether it is about how long something took, which a busy machine alone can make too long.
    package let isAboutTime: Bool
}

/// What the loss of a part may cost those who use the cluster.
///
/// Reads and repeated writes are idempotent. `docs/decisions/0035` says where the figures come from.
package struct DrillExpectation: Sendable {
    /// A replica that hangs is out of use by then.
    static let replicaLimit: Duration = .seconds(2)
    /// Writes are taken again so long after the primary is back.
    static let primaryLimit: Duration = .seconds(5)

    private let part: DrillFault.Part

    package init(_ part: DrillFault.Part) { self.part = part }

    package func misses(_ record: DrillRecord, _ rows: StoredRows, _ times: DrillTimes) -> [DrillMiss] {
        let reads = record.failed(.read)
        let logins = record.failures[.login]?.keys.filter { $0.hasPrefix("5") }.count ?? 0
        var misses: [DrillMiss] = []
        func expect(_ holds: Bool, _ sentence: String, isAboutTime: Bool = false) {
            if !holds { misses.append(DrillMiss(sentence: sentence, isAboutTime: isAboutTime)) }
        }
        expect(rows.lost.isEmpty, "\(rows.lost.count) acknowledged writes lost")
        expect(rows.doubled.isEmpty, "\(rows.doubled.count) writes doubled")
        expect(record.abandoned.isEmpty, "\(record.abandoned.count) repeated writes never acknowledged")
        // What nginx holds is cut off with it.
        expect(part == .edge || reads == 0, "\(reads) failed reads")
        switch part {
        case .service, .edge: break
        case .replica:
            expect(record.failed(.write) == 0, "\(record.failed(.write)) failed writes")
            expect(
                record.slowestRead <= Self.replicaLimit, "a read took \(record.slowestRead.rounded) s",
                isAboutTime: true)
        case .redis, .cache:
            expect(record.failed(.write) == 0, "\(record.failed(.write)) failed writes")
            expect(part == .redis || logins == 0, "logins refused")
        case .primary:
            expect(
                record.unclearWrites.isEmpty,
                "\(record.unclearWrites.count) writes failed with something else than 503 and Retry-After")
            expect(
                times.recovered - times.ready <= Self.primaryLimit,
                "writes came back \((times.recovered - times.ready).rounded) s after the primary", isAboutTime: true)
        }
        return misses
    }
}
