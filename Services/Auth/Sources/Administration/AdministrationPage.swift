package import Postgres

/// One page of a list: documents with their ids, and whether others follow.
package struct AdministrationPage: Sendable {
    /// A JSON array.
    package let body: String
    /// The id after which the next page begins; nil on the last one.
    package let next: Int?

    /// - Parameter rows: id and document of one more row than the page may have, if there are so many.
    package init(_ rows: PostgresRows, limit: Int) {
        let shown = min(rows.count, limit)
        body = "[" + (0..<shown).compactMap { rows.text($0, 1) }.joined(separator: ",") + "]"
        next = rows.count > limit ? rows.integer(limit - 1, 0) : nil
    }
}
