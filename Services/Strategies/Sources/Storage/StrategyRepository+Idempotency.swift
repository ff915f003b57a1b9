import APIContract
import Consistency
import Postgres

extension StrategyRepository {
    /// Creates a strategy once, however often it is asked for under the key: the first answer is everybody's, also when
    /// the strategy has changed since or is gone.
    ///
    /// The key, the strategy and the answer are committed together. Of repeats at the same time one creates, and the
    /// others wait for it.
    ///
    /// - Parameter key: nil creates another one each time.
    /// - Returns: the strategy, and whether it was created by this call.
    /// - Throws: ``APIError/idempotencyKeyReused``.
    package func create(
        _ draft: StrategyDraft, once key: IdempotencyKey?
    ) async throws -> (strategy: StoredStrategy, isNew: Bool) {
        guard let key else { return (try await create(draft), true) }
        let userID = userID
        let fingerprint = draft.fingerprint
        let claim: [PostgresValue] = [.integer(userID), .text(key.text)]
        // A key may become too old between the two looks at it; the next one takes it.
        for _ in 0..<3 {
            let created: StoredStrategy? = try await database.transaction { transaction in
                let claimed = try await transaction.execute(Queries.claimKey, claim + [.text(fingerprint)])
                guard !claimed.isEmpty else { return nil }
                let rows = try await transaction.write(
                    Queries.create, [.integer(userID)] + draft.parametersOfStatement)
                guard let created = StoredStrategy(rows) else {
                    throw PostgresError(.protocolViolation, "INSERT returned no row")
                }
                _ = try await transaction.execute(Queries.keepAnswer, claim + [.integer(created.id)])
                return created
            }
            if let created { return (created, true) }
            let rows = try await database.read(Queries.firstAnswer, claim, onPrimary: true)
            guard let first = StoredStrategy(rows, from: 3) else { continue }
            guard rows.text(0, 2) == fingerprint else { throw APIError.idempotencyKeyReused }
            return (first, false)
        }
        throw PostgresError(.unavailable, "an idempotency key could be neither taken nor read")
    }
}
