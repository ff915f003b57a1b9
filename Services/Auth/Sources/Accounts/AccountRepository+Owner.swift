package import Postgres

/// What only the owner of an account does. Each change names the hash that the owner's password was found right against:
/// of two changes at once the second finds another one, or no account.
extension AccountRepository {
    /// By what an owner proves that the account is his.
    package struct Credential: Sendable, Equatable {
        package let email: String
        package let passwordHash: String
    }

    /// - Returns: nil when the account is gone or not active.
    /// - Throws: `PostgresError`, as everything here does.
    package func credential(userID: Int) async throws(PostgresError) -> Credential? {
        let rows = try await database.readPrimary(Queries.credential, [.integer(userID)])
        guard let email = rows.text(0, 0), let hash = rows.text(0, 1) else { return nil }
        return Credential(email: email, passwordHash: hash)
    }

    /// Gives the account another password and ends its sessions but one.
    ///
    /// The account's row is locked before its sessions are looked at, so that a login with the old password has either
    /// made its session already, which then ends too, or finds that its password is not right any more.
    ///
    /// - Parameter expiry: when the last access token of those sessions has expired, in seconds since 1970.
    /// - Returns: nil when the account has another password by now, or is gone.
    package func changePassword(
        userID: Int, from old: String, to new: String, keeping sessionID: String, until expiry: Int,
        by origin: AuditOrigin
    ) async throws -> EndedSessions? {
        try await database.transaction { transaction in
            let changed = try await transaction.execute(
                Queries.changePassword, [.integer(userID), .text(old), .text(new)])
            guard !changed.isEmpty else { return nil }
            try await AuditEntry(.passwordChanged, of: userID, by: origin).append(in: transaction)
            let ended = try await transaction.execute(
                Queries.endOtherSessions, [.integer(userID), .text(sessionID), .integer(expiry)])
            return EndedSessions(revocation: ended.integer(0, 0))
        }
    }

    /// Deletes the account and all that it owns.
    ///
    /// - Parameters and return value: as of ``changePassword(userID:from:to:keeping:until:by:)``.
    package func delete(
        userID: Int, passwordHash: String, until expiry: Int, by origin: AuditOrigin
    ) async throws -> EndedSessions? {
        try await database.transaction { transaction in
            try await transaction.execute(Queries.lockRevision, [.integer(userID)])
            let deleted = try await transaction.execute(
                Queries.deleteAccount, [.integer(userID), .text(passwordHash)])
            guard let epoch = deleted.integer(0, 0) else { return nil }
            try await AuditEntry(.accountDeleted, of: userID, by: origin).append(in: transaction)
            let ended = try await transaction.execute(
                Queries.refuseTokensOfDeleted, [.integer(userID), .integer(epoch), .integer(expiry)])
            return EndedSessions(revocation: ended.integer(0, 0))
        }
    }
}
