import Postgres

/// Where a change comes from, for the audit log.
package struct AuditOrigin: Sendable {
    /// Who asked; nil when that is not known.
    package let actorID: Int?
    package let address: String
    package let requestID: String

    package init(actorID: Int?, address: String, requestID: String) {
        self.actorID = actorID
        self.address = address
        self.requestID = requestID
    }
}

/// One line of the audit log. It is written in the transaction of what it tells.
package struct AuditEntry: Sendable {
    package enum Action: String, Sendable {
        case loginSucceeded = "login.succeeded"
        case loginFailed = "login.failed"
        /// From another system, by an operator.
        case accountImported = "account.imported"
        case passwordChanged = "password.changed"
        case accountDeleted = "account.deleted"
        case roleChanged = "account.role_changed"
        case accountDisabled = "account.disabled"
        case accountEnabled = "account.enabled"
        /// Every session of an account, by an administrator.
        case sessionsRevoked = "sessions.revoked"
        /// An old refresh token came back.
        case refreshReused = "session.refresh_reused"
        case apiKeyCreated = "api_key.created"
        case apiKeyRevoked = "api_key.revoked"
        case secondFactorEnabled = "mfa.enabled"
        case secondFactorDisabled = "mfa.disabled"
        case recoveryCodeUsed = "mfa.recovery_code_used"
        /// Orders of administrators to routes that move; a refused one is written down as well.
        case routeAdvance = "route.advance"
        case routeRollback = "route.rollback"
        case routePin = "route.pin"
    }

    private let action: Action
    private let userID: Int?
    private let origin: AuditOrigin
    private let details: String

    /// - Parameters:
    ///   - userID: nil where there is no such account.
    ///   - details: a JSON object.
    package init(_ action: Action, of userID: Int?, by origin: AuditOrigin, details: String = "{}") {
        self.action = action
        self.userID = userID
        self.origin = origin
        self.details = details
    }

    static let statement = Statement(
        "auth_append_audit",
        """
        INSERT INTO audit_log (action, actor_id, user_id, address, request_id, details)
        VALUES ($1, $2, $3, $4, $5, $6::jsonb)
        """)

    func append(in transaction: PostgresTransaction) async throws(PostgresError) {
        try await transaction.execute(Self.statement, parameters)
    }

    /// For what changes nothing else.
    func append(to database: PostgresCluster) async throws(PostgresError) {
        _ = try await database.write(Self.statement, parameters)
    }

    private var parameters: [PostgresValue] {
        [
            .text(action.rawValue), .optional(origin.actorID), .optional(userID), .text(origin.address),
            .text(origin.requestID), .text(details),
        ]
    }
}
