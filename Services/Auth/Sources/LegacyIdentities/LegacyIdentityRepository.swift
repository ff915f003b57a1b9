package import Authentication
package import Postgres

/// Who users of the system that is migrated from are here, as its import has written it.
package struct LegacyIdentityRepository: Sendable {
    /// What somebody is here who signed in there.
    package enum Identity: Sendable, Equatable {
        case account(AccountStanding, legacyUserID: Int)
        /// The account is gone, disabled, or asks for a second factor, which the other system does not know.
        case ended
    }

    private let database: PostgresCluster

    package init(database: PostgresCluster) { self.database = database }

    /// - Parameter subject: as the other system names the user, letter by letter.
    /// - Returns: nil for somebody who has not been brought over.
    package func identity(of subject: String) async throws(PostgresError) -> Identity? {
        let rows = try await database.readPrimary(LegacyIdentityQueries.find, [.text(subject)])
        guard let legacyUserID = rows.integer(0, 0) else { return nil }
        guard let userID = rows.integer(0, 1), let epoch = rows.integer(0, 2), rows.boolean(0, 3) == true else {
            return .ended
        }
        // Of an administrator's rights the other system's token gives nothing.
        return .account(AccountStanding(userID: userID, role: .user, epoch: epoch), legacyUserID: legacyUserID)
    }

    /// - Returns: nil for a user who has no account there.
    package func counterpart(of userID: Int) async throws(PostgresError) -> LegacyAccount? {
        let rows = try await database.readPrimary(LegacyIdentityQueries.counterpart, [.integer(userID)])
        guard let legacyUserID = rows.integer(0, 0), let subject = rows.text(0, 1) else { return nil }
        return LegacyAccount(legacyUserID: legacyUserID, subject: subject)
    }
}
