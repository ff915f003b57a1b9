/// A transaction that is under way on a connection of its own. Valid only inside the closure that was given it.
package struct PostgresTransaction: Sendable {
    static let commit = Statement("cryptodesk_commit", "COMMIT")
    static let rollback = Statement("cryptodesk_rollback", "ROLLBACK")

    let client: PostgresClient
    let lease: LeaseID

    /// Executes one statement inside the transaction.
    ///
    /// - Throws: ``PostgresError``; after an error of the server the transaction can only be rolled back.
    @discardableResult
    package func execute(_ statement: Statement, _ parameters: [PostgresValue] = []) async throws(PostgresError)
        -> PostgresRows
    {
        let query = try client.makeQuery(
            statement, parameters, caller: .none, kind: .leased(lease, isCommit: false))
        return try await client.submit(query)
    }
}
