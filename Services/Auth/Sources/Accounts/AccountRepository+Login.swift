package import Postgres

/// What a login leaves behind besides its session.
extension AccountRepository {
    /// Why a login failed, as only the audit log tells it.
    package enum LoginFailure: String, Sendable {
        case unknownAccount = "unknown_account"
        case inactiveAccount = "inactive_account"
        case wrongPassword = "wrong_password"
        /// The account has changed while its password was looked at.
        case overtaken
        case wrongCode = "wrong_code"
        case reusedCode = "reused_code"
    }

    /// - Parameter userID: nil where there is no such account.
    /// - Throws: `PostgresError`.
    package func record(_ failure: LoginFailure, userID: Int?, by origin: AuditOrigin) async throws(PostgresError) {
        let details = "{\"reason\":\"\(failure.rawValue)\"}"
        try await AuditEntry(.loginFailed, of: userID, by: origin, details: details).append(to: database)
    }

    /// Stores the same password's hash at another cost.
    ///
    /// - Returns: false when the account has another hash by now, or is gone.
    /// - Throws: `PostgresError`.
    package func rehash(userID: Int, from old: String, to new: String) async throws(PostgresError) -> Bool {
        let rows = try await database.write(Queries.rehash, [.integer(userID), .text(old), .text(new)])
        return !rows.isEmpty
    }
}
