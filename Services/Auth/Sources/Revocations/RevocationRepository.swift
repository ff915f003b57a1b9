package import Authentication
package import Postgres

/// The numbered revocations in PostgreSQL, where they are certain.
package struct RevocationRepository: Sendable {
    private let database: PostgresCluster

    /// Rows in one answer.
    package static let pageSize = 500

    package init(database: PostgresCluster) { self.database = database }

    /// What is committed after a number, of one snapshot of the primary.
    ///
    /// - Throws: `PostgresError`, as everything here does.
    package func page(after number: Int) async throws(PostgresError) -> RevocationPage {
        let rows = try await database.readPrimary(
            Queries.revocationsAfter, [.integer(number), .integer(Self.pageSize)])
        guard let epoch = rows.integer(0, 0), let highest = rows.integer(0, 1), let floor = rows.integer(0, 2) else {
            throw PostgresError(.protocolViolation, "the revocations' counter is not there")
        }
        var revocations: [Revocation] = []
        for row in 0..<rows.count where !rows.isNull(row, 3) {
            guard let revocation = Self.revocation(rows, row), revocation.number == max(number, floor - 1) + row + 1
            else { throw PostgresError(.protocolViolation, "a revocation is missing, or of another form") }
            revocations.append(revocation)
        }
        return RevocationPage(epoch: epoch, highest: highest, floor: floor, revocations: revocations)
    }

    /// Deletes what refuses no unexpired token any more, from the lowest number on.
    package func deleteExpired() async throws(PostgresError) {
        _ = try await database.write(Queries.deleteExpiredRevocations)
    }

    private static func revocation(_ rows: PostgresRows, _ row: Int) -> Revocation? {
        guard let number = rows.integer(row, 3), let kind = rows.text(row, 4), let expiresAt = rows.integer(row, 8),
            let subject = Revocation.Subject(
                kind: kind, userID: rows.integer(row, 5), subject: rows.text(row, 6), epoch: rows.integer(row, 7))
        else { return nil }
        return Revocation(number: number, subject: subject, expiresAt: expiresAt)
    }
}
