import Postgres

/// A row that was left because it breaks a rule of the side that it should go to.
package struct RefusedRow: Encodable, Hashable, Sendable {
    package let id: Int
    package let reason: String

    package var text: String { "task \(id): \(reason)" }

    static func all(_ rows: PostgresRows) -> [RefusedRow] {
        (0..<rows.count).compactMap { row in
            guard let id = rows.integer(row, 0), let reason = rows.text(row, 1) else { return nil }
            return RefusedRow(id: id, reason: reason)
        }
    }
}
