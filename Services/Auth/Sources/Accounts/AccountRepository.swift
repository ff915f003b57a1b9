package import Accounts
import Authentication
package import Postgres

/// The accounts in PostgreSQL. Their public form comes from there as JSON and is passed on.
package struct AccountRepository: Sendable {
    let database: PostgresCluster

    package init(database: PostgresCluster) { self.database = database }

    /// - Parameter address: the client's, where there is one.
    /// - Throws: `PostgresError`, as everything here does.
    package func find(_ email: EmailAddress, from address: String = "") async throws(PostgresError) -> Account? {
        let rows = try await database.readPrimary(
            Queries.findAccount, [.text(email.key), .network(of: address)])
        guard let id = rows.integer(0, 0), let hash = rows.text(0, 1), let isActive = rows.boolean(0, 2),
            let hasSecondFactor = rows.boolean(0, 3), let isKnown = rows.boolean(0, 4)
        else { return nil }
        return Account(
            id: id, passwordHash: hash, isActive: isActive, hasSecondFactor: hasSecondFactor, isAtKnownNetwork: isKnown)
    }

    /// The account as the API shows it; nil when it is gone or not active.
    package func document(userID: Int) async throws(PostgresError) -> String? {
        try await database.readPrimary(Queries.showAccount, [.integer(userID)]).text(0, 2)
    }

    /// An account that was just made.
    package struct Created: Sendable {
        package let id: Int
        package let revision: Revision
        /// As the API shows it.
        package let document: String
    }

    /// Creates an account; nil when the address is taken.
    package func create(
        _ email: EmailAddress, fullName: String, passwordHash: String
    ) async throws(PostgresError) -> Created? {
        do throws(PostgresError) {
            let rows = try await database.write(
                Queries.createAccount, [.text(email.text), .text(fullName), .text(passwordHash)])
            guard let id = rows.integer(0, 2), let document = rows.text(0, 3) else {
                throw PostgresError(.protocolViolation, "INSERT returned no row")
            }
            return Created(id: id, revision: try RevisedRows(rows).revision, document: document)
        } catch {
            guard error.sqlState == "23505", error.constraint == "users_email_key" else { throw error }
            return nil
        }
    }
}
