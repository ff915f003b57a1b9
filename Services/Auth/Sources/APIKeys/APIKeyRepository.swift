package import Authentication
package import Postgres

/// API keys in PostgreSQL, by their hashes.
package struct APIKeyRepository: Sendable {
    private let database: PostgresCluster

    /// How many keys an account may have.
    package static let maximumCount = 50

    package init(database: PostgresCluster) { self.database = database }

    /// Keeps a new key.
    ///
    /// - Returns: its JSON, without the key.
    /// - Throws: ``APIKeyError``, ``SessionError/accountUnavailable``, `PostgresError`, as everything here does.
    package func create(
        _ key: APIKey, _ draft: APIKeyDraft, userID: Int, by origin: AuditOrigin
    ) async throws -> String {
        try await database.transaction { transaction in
            guard try await !transaction.execute(APIKeyQueries.lockAccount, [.integer(userID)]).isEmpty else {
                throw SessionError.accountUnavailable
            }
            let count = try await transaction.execute(APIKeyQueries.count, [.integer(userID)]).integer(0, 0) ?? 0
            guard count < Self.maximumCount else { throw APIKeyError.tooMany }
            let scopes = draft.scopes.map(\.rawValue).sorted()
            let created = try await transaction.execute(
                APIKeyQueries.create,
                [
                    .integer(userID), .text(draft.name), .text(scopes.joined(separator: " ")),
                    .text(key.shownPrefix), .bytes(key.hash), .optional(draft.expiresAt.map { String($0) }),
                ])
            guard let id = created.integer(0, 0), let document = created.text(0, 1) else {
                throw PostgresError(.protocolViolation, "INSERT returned no row")
            }
            let names = scopes.map { "\"\($0)\"" }.joined(separator: ",")
            let details = "{\"api_key_id\":\(id),\"prefix\":\"\(key.shownPrefix)\",\"scopes\":[\(names)]}"
            try await AuditEntry(.apiKeyCreated, of: userID, by: origin, details: details).append(in: transaction)
            return document
        }
    }

    /// The user's keys as JSON.
    package func list(userID: Int) async throws(PostgresError) -> String {
        let rows = try await database.readPrimary(APIKeyQueries.list, [.integer(userID)])
        guard let document = rows.text(0, 0) else {
            throw PostgresError(.protocolViolation, "the list of API keys is not there")
        }
        return document
    }

    /// Deletes a key of the user and ends the tokens that stand for it.
    ///
    /// - Parameter expiry: when the last of them has expired, in seconds since 1970.
    /// - Returns: nil when the user has no such key.
    package func delete(
        id: Int, userID: Int, until expiry: Int, by origin: AuditOrigin
    ) async throws -> EndedSessions? {
        try await database.transaction { transaction in
            let deleted = try await transaction.execute(APIKeyQueries.delete, [.integer(userID), .integer(id)])
            guard let sessionID = deleted.text(0, 0), let details = deleted.text(0, 1) else { return nil }
            try await AuditEntry(.apiKeyRevoked, of: userID, by: origin, details: details).append(in: transaction)
            let ended = try await transaction.execute(
                APIKeyQueries.revoke, [.integer(userID), .text(sessionID), .integer(expiry)])
            return EndedSessions(revocation: ended.integer(0, 0))
        }
    }

    /// What a key is good for.
    package struct Usage: Sendable {
        package let standing: AccountStanding
        package let sessionID: String
        package let scopes: Set<AccessScope>
        /// In seconds since 1970.
        package let expiresAt: Int?
    }

    /// Notes that a key is used; nil when there is no such key, or it or its account is not good.
    package func use(_ key: APIKey) async throws(PostgresError) -> Usage? {
        let rows = try await database.write(APIKeyQueries.use, [.bytes(key.hash)])
        guard let userID = rows.integer(0, 0), let epoch = rows.integer(0, 1), let sessionID = rows.text(0, 2),
            let scopes = rows.text(0, 3)
        else { return nil }
        return Usage(
            // A key never carries more than its scopes: of an administrator's rights nothing.
            standing: AccountStanding(userID: userID, role: .user, epoch: epoch), sessionID: sessionID,
            scopes: Set(scopes.split(separator: " ").compactMap { AccessScope(rawValue: String($0)) }),
            expiresAt: rows.integer(0, 4))
    }
}
