import JSON

/// Lines of an import that are stored by one statement.
package struct ImportBatch: Sendable {
    package struct Row: Sendable {
        /// In the body, from 1 on.
        package let line: Int
        /// The members of a ``StrategyDraft``, as a JSON object.
        package let document: String
    }

    /// So many rows, or so many bytes, take a few tens of milliseconds.
    private static let rowCount = 500
    private static let byteCount = 512 * 1024

    package private(set) var rows: ArraySlice<Row> = []
    private var bytes = 0

    package init() {}

    package mutating func append(_ draft: StrategyDraft, line: Int) {
        let row = Row(line: line, document: JSONValue.object(draft.members).serialized())
        bytes += row.document.utf8.count
        rows.append(row)
    }

    package var isFull: Bool { rows.count >= Self.rowCount || bytes >= Self.byteCount }
}

extension Collection<ImportBatch.Row> {
    /// The rows as a JSON array.
    var array: String { "[" + map(\.document).joined(separator: ",") + "]" }
}
