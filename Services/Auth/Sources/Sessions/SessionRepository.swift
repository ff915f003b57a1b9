import Authentication
package import Postgres

/// Sessions and their refresh tokens in PostgreSQL.
package struct SessionRepository: Sendable {
    private let database: PostgresCluster

    package init(database: PostgresCluster) { self.database = database }

    /// Where a session was started from.
    package struct Device: Sendable {
        package let userAgent: String
        package let address: String
        /// Of the request that started it.
        package let requestID: String

        package init(userAgent: String, address: String, requestID: String = "") {
            self.userAgent = String(userAgent.prefix(512))
            self.address = address
            self.requestID = requestID
        }

        /// For the audit log; who it is, is not known before.
        package var origin: AuditOrigin { AuditOrigin(actorID: nil, address: address, requestID: requestID) }
    }

    /// Takes a code of a second factor inside the transaction of what it is good for, or throws.
    package typealias TakeCode = @Sendable (PostgresTransaction) async throws -> Void

    /// Starts a session with its first refresh token; nil when the account is gone, not active, has another password, or
    /// asks for a second factor where there is none, and the other way round.
    ///
    /// - Parameters:
    ///   - lifetime: of the token, in seconds.
    ///   - takeCode: for an account with a second factor.
    /// - Throws: `PostgresError`, as everything here does, and what `takeCode` throws.
    package func start(
        userID: Int, passwordHash: String, sessionID: String, token: RefreshToken, lifetime: Int, device: Device,
        taking takeCode: TakeCode? = nil
    ) async throws -> AccountStanding? {
        let parameters: [PostgresValue] = [
            .integer(userID), .text(sessionID), .bytes(token.hash), .integer(lifetime), .text(device.userAgent),
            .text(device.address), .text(passwordHash), .boolean(takeCode != nil),
            .network(of: device.address), .text(device.requestID),
        ]
        guard let takeCode else { return Self.standing(try await database.write(Queries.startSession, parameters)) }
        return try await database.transaction { transaction in
            try await takeCode(transaction)
            return Self.standing(try await transaction.execute(Queries.startSession, parameters))
        }
    }

    /// Gives a token its successor; nil when it has one already, or is not good (any more).
    package func rotate(
        _ token: RefreshToken, successor: RefreshToken, sealed: [UInt8], lifetime: Int
    ) async throws(PostgresError) -> (standing: AccountStanding, sessionID: String)? {
        let rows = try await database.write(
            Queries.rotateToken,
            [.bytes(token.hash), .bytes(successor.hash), .bytes(sealed), .integer(lifetime)])
        guard let standing = Self.standing(rows), let sessionID = rows.text(0, 3) else { return nil }
        return (standing, sessionID)
    }

    package func state(of token: RefreshToken) async throws(PostgresError) -> RefreshTokenState? {
        let rows = try await database.readPrimary(Queries.tokenState, [.bytes(token.hash)])
        guard let standing = Self.standing(rows), let sessionID = rows.text(0, 3) else { return nil }
        return RefreshTokenState(
            standing: standing, sessionID: sessionID, isUnexpired: rows.boolean(0, 4) ?? false,
            isSessionAlive: rows.boolean(0, 5) ?? false, sealedSuccessor: rows.bytes(0, 6),
            successorUsedFor: rows.integer(0, 7).map { .milliseconds($0) })
    }

    /// Ends a session; one that has ended stays as it is.
    ///
    /// - Parameters:
    ///   - tokenID: what to refuse when the session is not there any more.
    ///   - expiry: when the last access token of the session has expired, in seconds since 1970.
    /// - Returns: the number of the revocation; nil when there was one already.
    package func end(
        sessionID: String, userID: Int, tokenID: String? = nil, until expiry: Int
    ) async throws(PostgresError) -> Int? {
        try await database.write(
            Queries.endSession, [.integer(userID), .text(sessionID), .optional(tokenID), .integer(expiry)]
        ).integer(0, 0)
    }

    /// Ends a session because an old token of it came back, and writes that into the audit log, once.
    ///
    /// - Parameters and return value: as of ``end(sessionID:userID:tokenID:until:)``.
    package func endReused(
        sessionID: String, userID: Int, until expiry: Int, by origin: AuditOrigin
    ) async throws -> Int? {
        try await database.transaction { transaction in
            let rows = try await transaction.execute(
                Queries.endSession, [.integer(userID), .text(sessionID), .null, .integer(expiry)])
            guard let number = rows.integer(0, 0) else { return nil }
            let details = "{\"session_id\":\"\(sessionID)\"}"
            try await AuditEntry(.refreshReused, of: userID, by: origin, details: details).append(in: transaction)
            return number
        }
    }

    /// Ends all sessions of a user.
    ///
    /// - Parameter expiry: when the last access token of the user has expired, in seconds since 1970.
    /// - Returns: the number of the revocation; nil when the account is gone.
    package func endAll(userID: Int, until expiry: Int) async throws(PostgresError) -> Int? {
        try await database.write(Queries.endAllSessions, [.integer(userID), .integer(expiry)]).integer(0, 0)
    }

    /// The living sessions of a user as JSON.
    ///
    /// - Parameter current: the session that asks.
    package func list(userID: Int, current sessionID: String) async throws(PostgresError) -> String {
        let rows = try await database.readPrimary(Queries.listSessions, [.integer(userID), .text(sessionID)])
        guard let document = rows.text(0, 0) else {
            throw PostgresError(.protocolViolation, "the list of sessions is not there")
        }
        return document
    }

    /// Whether a user has, or had not long ago, a session.
    package func exists(sessionID: String, userID: Int) async throws(PostgresError) -> Bool {
        try await database.readPrimary(Queries.sessionExists, [.integer(userID), .text(sessionID)]).boolean(0, 0)
            ?? false
    }

    private static func standing(_ rows: PostgresRows) -> AccountStanding? {
        guard let userID = rows.integer(0, 0), let role = rows.text(0, 1).flatMap(Role.init(rawValue:)),
            let epoch = rows.integer(0, 2)
        else { return nil }
        return AccountStanding(userID: userID, role: role, epoch: epoch)
    }
}
