import Authentication
package import Postgres

/// The accounts in PostgreSQL. Their public form comes from there as JSON and is passed on.
package struct AccountRepository: Sendable {
    private let database: PostgresCluster

    package init(database: PostgresCluster) { self.database = database }

    /// - Throws: `PostgresError`, as everything here does.
    package func find(_ email: EmailAddress) async throws(PostgresError) -> Account? {
        let rows = try await database.readPrimary(Queries.findAccount, [.text(email.key)])
        guard let id = rows.integer(0, 0), let hash = rows.text(0, 1), let isActive = rows.boolean(0, 2) else {
            return nil
        }
        return Account(id: id, passwordHash: hash, isActive: isActive)
    }

    /// Creates an account and returns its JSON; nil when the address is taken.
    package func create(
        _ email: EmailAddress, fullName: String, passwordHash: String
    ) async throws(PostgresError) -> String? {
        do {
            let rows = try await database.write(
                Queries.createAccount, [.text(email.text), .text(fullName), .text(passwordHash)])
            return rows.text(0, 0)
        } catch {
            guard error.sqlState == "23505", error.constraint == "users_email_key" else { throw error }
            return nil
        }
    }

    /// The JSON of an active account; nil when there is none.
    package func document(userID: Int) async throws(PostgresError) -> String? {
        try await database.readPrimary(Queries.showAccount, [.integer(userID)]).text(0, 0)
    }

    /// Changes the name of an active account and returns its JSON; nil when there is none.
    package func rename(userID: Int, to fullName: String) async throws(PostgresError) -> String? {
        try await database.write(Queries.renameAccount, [.integer(userID), .text(fullName)]).text(0, 0)
    }
}
