import Postgres

/// Brings the monolith's tasks over as strategies, range by range of their ids.
///
/// A range is read, written, compared and noted as done in one transaction of ours: a run that was ended goes on with the
/// first range that is not noted.
package struct TaskBackfill: Sendable {
    package static let rangeSize = 1000

    private let stores: MigrationStores

    package init(_ stores: MigrationStores) { self.stores = stores }

    /// - Parameter progress: is told of every range how far it is, from 0 to 1, and how many rows there were.
    /// - Throws: ``ClusterError`` when a range is not the same on both sides once it was written, and then it was not;
    ///   `PostgresError`.
    package func run(progress: @Sendable (Double, Int) -> Void) async throws -> BackfillReport {
        let (own, legacy) = try await stores.ownership()
        guard own.owner == .legacy, legacy.owner == .legacy else {
            throw ClusterError("Writes belong to CryptoDesk by now: the monolith's rows may be older than ours.")
        }
        var report = BackfillReport()
        let newest = try await stores.legacy.execute(Queries.newest).integer(0, 0) ?? 0
        let done = try await finished()
        for first in stride(from: 1, through: newest, by: Self.rangeSize) {
            if done.contains(first) {
                report.skippedRanges += 1
                continue
            }
            try Task.checkCancellation()
            let (rows, refused) = try await bringOver(first...(first + Self.rangeSize - 1))
            report.ranges += 1
            report.rows += rows
            report.refused += refused
            progress(min(1, Double(first + Self.rangeSize - 1) / Double(newest)), report.rows)
        }
        return report
    }

    private func finished() async throws -> Set<Int> {
        let rows = try await stores.own.execute(Queries.finished)
        return Set((0..<rows.count).compactMap { rows.integer($0, 0) })
    }

    private func bringOver(_ range: ClosedRange<Int>) async throws -> (rows: Int, refused: [RefusedRow]) {
        let bounds: [PostgresValue] = [.integer(range.lowerBound), .integer(range.upperBound)]
        return try await MigrationStores.applying(on: stores.own) {
            let source = try await stores.legacy.execute(Queries.legacyRange, bounds)
            let ids = try await stores.own.execute(Queries.ownIDs, bounds).text(0, 0) ?? "{}"
            let refused = try await stores.write(rows: source.text(0, 2) ?? "[]", ids: ids, to: .candidate)
            let written = try await stores.own.execute(Queries.ownRange, bounds)
            guard !refused.isEmpty || (0..<2).allSatisfy({ source.text(0, $0) == written.text(0, $0) }) else {
                throw ClusterError(
                    "Tasks \(range.lowerBound) to \(range.upperBound) are not the same once they were written: "
                        + "\(source.integer(0, 0) ?? 0) rows there, \(written.integer(0, 0) ?? 0) here.")
            }
            let summaries = [source, written].flatMap {
                [PostgresValue.optional($0.integer(0, 0)), .optional($0.text(0, 1))]
            }
            try await stores.own.execute(Queries.note, bounds + summaries + [.integer(refused.count)])
            return (source.integer(0, 0) ?? 0, refused)
        }
    }

    /// SQL of the backfill.
    private enum Queries {
        /// What our side has drawn came from here.
        static let newest = "SELECT coalesce(max(id), 0) FROM tasks WHERE id < \(LegacyStore.firstOwnID)"
        /// Ranges with rows that were left are gone through again.
        static let finished = "SELECT first_id FROM backfill_ranges WHERE refused = 0"

        static let legacyRange = """
            SELECT \(LegacyStore.summary), coalesce(jsonb_agg(r), '[]')::text
            FROM (\(LegacyStore.rows)) AS r WHERE id BETWEEN $1::bigint AND $2::bigint
            """
        static let ownRange = """
            SELECT \(LegacyStore.summary) FROM (\(OwnStore.rows)) AS r WHERE id BETWEEN $1::bigint AND $2::bigint
            """
        static let ownIDs = """
            SELECT coalesce(array_agg(legacy_id), '{}')::text FROM trading_strategies
            WHERE legacy_id BETWEEN $1::bigint AND $2::bigint
            """
        static let note = """
            INSERT INTO backfill_ranges (first_id, last_id, legacy_rows, legacy_checksum, rows, checksum, refused)
            VALUES ($1::bigint, $2::bigint, $3::bigint, $4, $5::bigint, $6, $7::bigint)
            ON CONFLICT (first_id) DO UPDATE
                SET last_id = excluded.last_id, legacy_rows = excluded.legacy_rows,
                    legacy_checksum = excluded.legacy_checksum, rows = excluded.rows, checksum = excluded.checksum,
                    refused = excluded.refused, finished_at = clock_timestamp()
            """
    }
}
