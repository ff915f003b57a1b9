/// Rows, and the revision of the very snapshot that they come from.
package struct RevisedRows: Sendable {
    /// All columns, the revision's two first.
    package let rows: PostgresRows
    package let revision: Revision

    /// Takes the revision from the first two columns of the first row.
    ///
    /// - Throws: ``PostgresError`` with code `protocolViolation` when the statement does not return it.
    package init(_ rows: PostgresRows) throws(PostgresError) {
        guard let epoch = rows.integer(0, 0), let number = rows.integer(0, 1) else {
            throw PostgresError(.protocolViolation, "the statement returns no revision")
        }
        self.rows = rows
        revision = Revision(epoch: epoch, number: number)
    }
}
