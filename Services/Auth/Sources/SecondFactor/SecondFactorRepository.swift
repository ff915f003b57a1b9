package import Postgres

/// Second factors in PostgreSQL: the authenticator's secret sealed, recovery codes by their hashes.
package struct SecondFactorRepository: Sendable {
    package let database: PostgresCluster
    let keys: SecondFactorKeys
    /// Seconds since 1970.
    let now: @Sendable () -> Int

    package init(database: PostgresCluster, keys: SecondFactorKeys, now: @escaping @Sendable () -> Int) {
        self.database = database
        self.keys = keys
        self.now = now
    }

    /// Keeps a secret that waits to be confirmed, in place of one that did.
    ///
    /// - Returns: the account's address.
    /// - Throws: ``SecondFactorError/alreadyEnabled``, ``SessionError/accountUnavailable``, `PostgresError`.
    package func begin(_ secret: TOTPSecret, userID: Int) async throws -> String {
        let sealed = try seal(secret, userID)
        return try await database.transaction { transaction in
            let account = try await Self.lock(userID, in: transaction)
            guard !account.isEnabled else { throw SecondFactorError.alreadyEnabled }
            try await transaction.execute(SecondFactorQueries.storeSecret, [.integer(userID), .bytes(sealed)])
            return account.email
        }
    }

    /// Turns the second factor on, for who has shown by a code that his authenticator has the secret.
    ///
    /// - Returns: the user's new revision.
    /// - Throws: ``SecondFactorError``, ``SessionError/accountUnavailable``, `PostgresError`.
    package func confirm(
        _ code: SecondFactorCode?, userID: Int, recoveryCodes: [RecoveryCode], by origin: AuditOrigin
    ) async throws -> Revision {
        try await database.transaction { transaction in
            guard try await !Self.lock(userID, in: transaction).isEnabled else {
                throw SecondFactorError.alreadyEnabled
            }
            let digits: String? = if case .oneTime(let digits) = code { digits } else { nil }
            try await takeOneTime(digits, userID: userID, in: transaction)
            for recoveryCode in recoveryCodes {
                try await transaction.execute(
                    SecondFactorQueries.storeRecoveryCode, [.integer(userID), .bytes(recoveryCode.hash)])
            }
            try await AuditEntry(.secondFactorEnabled, of: userID, by: origin).append(in: transaction)
            return try await Self.enable(true, userID, in: transaction)
        }
    }

    /// Turns the second factor off, for who has shown the password and a code.
    ///
    /// - Parameter passwordHash: what the password was found right against.
    /// - Returns: the user's new revision.
    /// - Throws: ``OwnerError/wrongPassword`` when the password is another one by now; otherwise as
    ///   ``confirm(_:userID:recoveryCodes:by:)``.
    package func disable(
        _ code: SecondFactorCode?, userID: Int, passwordHash: String, by origin: AuditOrigin
    ) async throws -> Revision {
        try await database.transaction { transaction in
            let account = try await Self.lock(userID, in: transaction)
            guard account.passwordHash == passwordHash else { throw OwnerError.wrongPassword }
            guard account.isEnabled else { throw SecondFactorError.notEnabled }
            try await take(code, userID: userID, by: origin, in: transaction)
            try await transaction.execute(SecondFactorQueries.deleteSecret, [.integer(userID)])
            try await AuditEntry(.secondFactorDisabled, of: userID, by: origin).append(in: transaction)
            return try await Self.enable(false, userID, in: transaction)
        }
    }

    /// The hash of the password of an account whose second factor is on; nil for any other.
    package func passwordHash(userID: Int) async throws(PostgresError) -> String? {
        let rows = try await database.readPrimary(SecondFactorQueries.account, [.integer(userID)])
        return rows.boolean(0, 1) == true ? rows.text(0, 0) : nil
    }

    static func lock(_ userID: Int, in transaction: PostgresTransaction) async throws -> LockedAccount {
        let rows = try await transaction.execute(SecondFactorQueries.lockAccount, [.integer(userID)])
        guard let email = rows.text(0, 0), let hash = rows.text(0, 1), let isEnabled = rows.boolean(0, 2) else {
            throw SessionError.accountUnavailable
        }
        return LockedAccount(email: email, passwordHash: hash, isEnabled: isEnabled)
    }

    struct LockedAccount: Sendable {
        let email: String
        let passwordHash: String
        let isEnabled: Bool
    }

    private static func enable(
        _ isEnabled: Bool, _ userID: Int, in transaction: PostgresTransaction
    ) async throws -> Revision {
        let rows = try await transaction.execute(
            SecondFactorQueries.enable, [.integer(userID), .boolean(isEnabled)])
        return try RevisedRows(rows).revision
    }
}
