package import Postgres

/// Codes, each of which is taken once: by one request, of all that come at once over all instances.
extension SecondFactorRepository {
    /// Takes a code of an account whose second factor is on, inside the transaction of what it is good for.
    ///
    /// - Throws: ``SecondFactorError``, ``SessionError/accountUnavailable``, `PostgresError`.
    package func takeForLogin(
        _ code: SecondFactorCode?, userID: Int, by origin: AuditOrigin, in transaction: PostgresTransaction
    ) async throws {
        guard try await Self.lock(userID, in: transaction).isEnabled else { throw SecondFactorError.notEnabled }
        try await take(code, userID: userID, by: origin, in: transaction)
    }

    /// The same once the account's row is locked.
    func take(
        _ code: SecondFactorCode?, userID: Int, by origin: AuditOrigin, in transaction: PostgresTransaction
    ) async throws {
        switch code {
        case .oneTime(let code): try await takeOneTime(code, userID: userID, in: transaction)
        case .recovery(let code): try await takeRecovery(code, userID: userID, by: origin, in: transaction)
        case nil: throw SecondFactorError.wrongCode
        }
    }

    /// - Parameter code: nil for what is no such code by its form.
    func takeOneTime(_ code: String?, userID: Int, in transaction: PostgresTransaction) async throws {
        let rows = try await transaction.execute(SecondFactorQueries.secret, [.integer(userID)])
        guard let sealed = rows.bytes(0, 0), let lastStep = rows.integer(0, 1) else {
            throw SecondFactorError.notPending
        }
        let secret = try open(sealed, userID)
        guard let code, let step = secret.step(of: code, at: now()) else { throw SecondFactorError.wrongCode }
        guard step > lastStep else { throw SecondFactorError.reusedCode }
        try await transaction.execute(
            SecondFactorQueries.advance, [.integer(userID), .integer(step), .bytes(try seal(secret, userID))])
    }

    private func takeRecovery(
        _ code: RecoveryCode, userID: Int, by origin: AuditOrigin, in transaction: PostgresTransaction
    ) async throws {
        let parameters: [PostgresValue] = [.integer(userID), .bytes(code.hash)]
        let used = try await transaction.execute(SecondFactorQueries.useRecoveryCode, parameters)
        guard let left = used.integer(0, 0) else {
            let known = try await transaction.execute(SecondFactorQueries.hasRecoveryCode, parameters)
            throw known.boolean(0, 0) == true ? SecondFactorError.reusedCode : .wrongCode
        }
        try await AuditEntry(.recoveryCodeUsed, of: userID, by: origin, details: "{\"left\":\(left)}")
            .append(in: transaction)
    }

    func seal(_ secret: TOTPSecret, _ userID: Int) throws -> [UInt8] {
        try keys.seal(secret.bytes, for: .secret, context: String(userID))
    }

    private func open(_ sealed: [UInt8], _ userID: Int) throws(SecondFactorError) -> TOTPSecret {
        guard let bytes = keys.open(sealed, for: .secret, context: String(userID)) else { throw .unreadableSecret }
        return TOTPSecret(bytes: bytes)
    }
}
