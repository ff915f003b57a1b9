import Postgres

/// Compares the two stores of a migration, block by block of ids and then row by row.
package struct StoreComparison: Sendable {
    private static let blockSize = 10_000
    /// What was on its way between the two stores is the same a moment later.
    private static let passes = 11
    private static let pause = Duration.milliseconds(500)

    private let stores: MigrationStores

    package init(_ stores: MigrationStores) { self.stores = stores }

    /// - Parameter prepare: goes before each look at both sides.
    /// - Throws: `PostgresError`.
    package func run(
        prepare: @Sendable () async throws -> Void = {}
    ) async throws -> ComparisonReport {
        try await prepare()
        var report = try await compare()
        for _ in 1..<Self.passes where !report.differences.isEmpty {
            try await Task.sleep(for: Self.pause)
            try await prepare()
            let again = try await compare()
            let before = Set(report.differences.map(\.id))
            report = again.keeping { before.contains($0) }
        }
        return report
    }

    private func compare() async throws -> ComparisonReport {
        let legacy = try await blocks(stores.legacy, LegacyStore.rows)
        let own = try await blocks(stores.own, OwnStore.rows)
        var report = ComparisonReport(
            legacyRows: legacy.values.map(\.rows).reduce(0, +), candidateRows: own.values.map(\.rows).reduce(0, +))
        for block in Set(legacy.keys).union(own.keys).sorted() where legacy[block] != own[block] {
            let there = try await rows(block, stores.legacy, LegacyStore.rows)
            let here = try await rows(block, stores.own, OwnStore.rows)
            for id in Set(there.keys).union(here.keys).sorted() {
                if let difference = RowDifference(id: id, legacy: there[id], candidate: here[id]) {
                    report.differences.append(difference)
                }
            }
        }
        return report
    }

    private struct Block: Equatable {
        let rows: Int
        let checksum: String
    }

    private func blocks(_ session: PostgresSession, _ rows: String) async throws -> [Int: Block] {
        let answer = try await session.execute(
            "SELECT id / \(Self.blockSize), \(LegacyStore.summary) FROM (\(rows)) AS r GROUP BY 1")
        var blocks: [Int: Block] = [:]
        for row in 0..<answer.count {
            guard let block = answer.integer(row, 0), let count = answer.integer(row, 1) else { continue }
            blocks[block] = Block(rows: count, checksum: answer.text(row, 2) ?? "")
        }
        return blocks
    }

    private func rows(_ block: Int, _ session: PostgresSession, _ rows: String) async throws -> [Int: [String?]] {
        let answer = try await session.execute(
            "SELECT id, owner, title, description FROM (\(rows)) AS r WHERE id / \(Self.blockSize) = $1::bigint",
            [.integer(block)])
        var found: [Int: [String?]] = [:]
        for row in 0..<answer.count {
            guard let id = answer.integer(row, 0) else { continue }
            found[id] = (1...3).map { answer.text(row, $0) }
        }
        return found
    }
}
