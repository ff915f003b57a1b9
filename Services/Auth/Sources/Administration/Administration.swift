package import Activity
package import Authentication
package import Postgres

/// What administrators see and change. Every request asks the database what the caller's role may do now: an old token
/// gives nothing.
package struct Administration: Sendable {
    private let database: PostgresCluster
    private let sessions: Sessions
    private let gateways: GatewayReports

    package init(database: PostgresCluster, sessions: Sessions, gateways: GatewayReports) {
        self.database = database
        self.sessions = sessions
        self.gateways = gateways
    }

    /// - Throws: ``AdministrationError/notPermitted``, `PostgresError`.
    package func require(_ permission: Permission, of token: AccessToken) async throws {
        let rows = try await database.readPrimary(
            AdministrationQueries.may, [.integer(token.userID), .text(permission.rawValue)])
        guard rows.boolean(0, 0) == true else { throw AdministrationError.notPermitted }
    }

    package func accounts(_ query: AdministrationListQuery) async throws(PostgresError) -> AdministrationPage {
        let rows = try await database.readPrimary(AdministrationQueries.listAccounts, query.filters)
        return AdministrationPage(rows, limit: query.limit)
    }

    package func audit(_ query: AdministrationListQuery) async throws(PostgresError) -> AdministrationPage {
        let rows = try await database.readPrimary(AdministrationQueries.listAudit, query.filters)
        return AdministrationPage(rows, limit: query.limit)
    }

    /// What the gateways do at the moment, as JSON.
    ///
    /// - Throws: ``AdministrationError/noFigures`` when Redis is away.
    package func activity() async throws(AdministrationError) -> String {
        guard let reports = try? await gateways.read() else { throw .noFigures }
        return #"{"gateways":[\#(reports.joined(separator: ","))]}"#
    }

    /// The account's JSON; nil when there is none.
    package func account(id: Int) async throws(PostgresError) -> String? {
        try await database.readPrimary(AdministrationQueries.showAccount, [.integer(id)]).text(0, 0)
    }

    /// Changes role and activity of an account. A disabled account's sessions end; another role makes its access tokens be
    /// refused, and its sessions go on with new ones.
    ///
    /// - Returns: the account's JSON, once within a second every instance refuses what was ended.
    /// - Throws: ``AdministrationError``, `PostgresError`.
    package func change(id: Int, _ change: AccountChange, by origin: AuditOrigin) async throws -> String {
        try await sessions.ending { expiry in
            try await database.transaction { transaction -> (result: String, ended: EndedSessions?) in
                let admins = try await transaction.execute(AdministrationQueries.lockAdmins)
                try await Self.require(.writeAccounts, of: origin, in: transaction)
                let found = try await transaction.execute(AdministrationQueries.lockAccount, [.integer(id)])
                guard let oldRole = found.text(0, 0).flatMap(Role.init(rawValue:)), let wasActive = found.boolean(0, 1)
                else { throw AdministrationError.noSuchAccount }
                let ids = (0..<admins.count).compactMap { admins.integer($0, 0) }
                guard !change.leavesNoAdmin(of: ids, changing: id) else { throw AdministrationError.lastAdmin }
                let (role, isActive) = (change.role ?? oldRole, change.isActive ?? wasActive)
                let changed = try await transaction.execute(
                    AdministrationQueries.changeAccount, [.integer(id), .text(role.rawValue), .boolean(isActive)])
                guard let document = changed.text(0, 0) else {
                    throw PostgresError(.protocolViolation, "UPDATE returned no row")
                }
                if role != oldRole {
                    let details = #"{"from":"\#(oldRole.rawValue)","role":"\#(role.rawValue)"}"#
                    try await AuditEntry(.roleChanged, of: id, by: origin, details: details).append(in: transaction)
                }
                if isActive != wasActive {
                    let action: AuditEntry.Action = isActive ? .accountEnabled : .accountDisabled
                    try await AuditEntry(action, of: id, by: origin).append(in: transaction)
                }
                // Last, as it locks the revocations' counter.
                let statement: Statement? =
                    wasActive && !isActive
                    ? Queries.endAllSessions : role != oldRole ? AdministrationQueries.refuseTokens : nil
                guard let statement else { return (document, nil) }
                let ended = try await transaction.execute(statement, [.integer(id), .integer(expiry)])
                return (document, EndedSessions(revocation: ended.integer(0, 0)))
            }
        }
    }

    /// Ends every session of an account.
    ///
    /// - Throws: ``AdministrationError``, `PostgresError`.
    package func revoke(id: Int, by origin: AuditOrigin) async throws {
        try await sessions.ending { expiry in
            try await database.transaction { transaction -> (result: Void, ended: EndedSessions?) in
                try await Self.require(.writeAccounts, of: origin, in: transaction)
                let found = try await transaction.execute(AdministrationQueries.lockAccount, [.integer(id)])
                guard !found.isEmpty else { throw AdministrationError.noSuchAccount }
                try await AuditEntry(.sessionsRevoked, of: id, by: origin).append(in: transaction)
                let ended = try await transaction.execute(Queries.endAllSessions, [.integer(id), .integer(expiry)])
                return ((), EndedSessions(revocation: ended.integer(0, 0)))
            }
        }
    }

    private static func require(
        _ permission: Permission, of origin: AuditOrigin, in transaction: PostgresTransaction
    ) async throws {
        let rows = try await transaction.execute(
            AdministrationQueries.may, [.optional(origin.actorID), .text(permission.rawValue)])
        guard rows.boolean(0, 0) == true else { throw AdministrationError.notPermitted }
    }
}
