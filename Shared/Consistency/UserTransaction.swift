package import Postgres
import Synchronization

/// A transaction of one user. Valid only inside the closure that was given it.
package final class UserTransaction: Sendable {
    private let transaction: PostgresTransaction
    private let minimum: [PostgresValue]
    private let raised = Mutex<Revision?>(nil)

    init(_ transaction: PostgresTransaction, minimum: [PostgresValue]) {
        self.transaction = transaction
        self.minimum = minimum
    }

    var revision: Revision? { raised.withLock { $0 } }

    /// Executes a statement that raises no revision.
    package func execute(_ statement: Statement, _ parameters: [PostgresValue]) async throws -> PostgresRows {
        try await transaction.execute(statement, parameters)
    }

    /// Executes a write, as ``UserDatabase/write(_:_:)`` does.
    package func write(_ statement: Statement, _ parameters: [PostgresValue]) async throws -> PostgresRows {
        let rows = try await transaction.execute(statement, parameters + minimum)
        if !rows.isEmpty {
            let revision = try RevisedRows(rows).revision
            raised.withLock { $0 = revision }
        }
        return rows
    }
}
