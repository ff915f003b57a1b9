import APIContract
import Consistency
import Postgres

extension StrategyRepository {
    /// Creates strategies by one statement, all or none.
    ///
    /// - Parameter key: creates them once, however often it is asked for; the ids are those of the first time then.
    /// - Returns: their ids, in the order of the rows.
    /// - Throws: ``APIError/idempotencyKeyReused``.
    func create(_ rows: ArraySlice<ImportBatch.Row>, once key: IdempotencyKey?) async throws -> [Int] {
        let parameters: [PostgresValue] = [.integer(userID), .text(rows.array)]
        guard let key else {
            return try Self.ids(try await database.write(Queries.createBatch, parameters), count: rows.count)
        }
        let count = rows.count
        return try await once(key, fingerprint: ImportFingerprint(of: [rows]).text) { transaction in
            try Self.ids(try await transaction.write(Queries.createBatch, parameters), count: count)
        }
    }

    /// Puts rows aside, for ``createStaged(as:batches:rows:once:)``.
    func stage(_ rows: ArraySlice<ImportBatch.Row>, as name: String, number: Int) async throws {
        let parameters: [PostgresValue] = [.integer(userID), .text(name), .integer(number), .text(rows.array)]
        _ = try await database.transaction { try await $0.execute(ImportQueries.stage, parameters) }
    }

    /// Creates what was put aside, all or none.
    ///
    /// - Returns: the ids, in the order of the rows.
    /// - Throws: ``APIError/idempotencyKeyReused``.
    func createStaged(
        as name: String, batches: Int, rows: Int, once key: (IdempotencyKey, ImportFingerprint)?
    ) async throws -> [Int] {
        let staged: [PostgresValue] = [.integer(userID), .text(name)]
        let create: @Sendable (UserTransaction) async throws -> [Int] = { transaction in
            // Before the first row, whose reference locks the account.
            _ = try await transaction.write(ImportQueries.raise, [staged[0]])
            var ids: [Int] = []
            ids.reserveCapacity(rows)
            for number in 0..<batches {
                let created = try await transaction.execute(ImportQueries.createStaged, staged + [.integer(number)])
                ids += Self.ids(created.text(0, 0))
            }
            // What was put aside does not survive a crash of the server.
            guard ids.count == rows else { throw PostgresError(.unavailable, "rows of an import were lost") }
            _ = try await transaction.execute(ImportQueries.forget, staged)
            return ids
        }
        guard let (key, fingerprint) = key else { return try await database.transaction(create) }
        return try await once(key, fingerprint: fingerprint.text, create)
    }

    /// Throws away what was put aside, and what other imports of the user left behind.
    func forgetImport(_ name: String) async throws {
        let parameters: [PostgresValue] = [.integer(userID), .text(name)]
        _ = try await database.transaction { try await $0.execute(ImportQueries.forget, parameters) }
    }

    /// Creates strategies and keeps their ids under a key, in one transaction; a repeat gets those.
    private func once(
        _ key: IdempotencyKey, fingerprint: String,
        _ create: @escaping @Sendable (UserTransaction) async throws -> [Int]
    ) async throws -> [Int] {
        let claim: [PostgresValue] = [.integer(userID), .text(key.text)]
        // A key may become too old between the two looks at it; the next one takes it.
        for _ in 0..<3 {
            let created: [Int]? = try await database.transaction { transaction in
                let claimed = try await transaction.execute(Queries.claimKey, claim + [.text(fingerprint)])
                guard !claimed.isEmpty else { return nil }
                let ids = try await create(transaction)
                let text = ids.map(String.init).joined(separator: ",")
                _ = try await transaction.execute(ImportQueries.keepIDs, claim + [.text(text)])
                return ids
            }
            if let created { return created }
            let first = try await database.read(Queries.firstAnswer, claim, onPrimary: true)
            guard let text = first.text(0, 5) else { continue }
            guard first.text(0, 2) == fingerprint else { throw APIError.idempotencyKeyReused }
            return Self.ids(text)
        }
        throw PostgresError(.unavailable, "an idempotency key could be neither taken nor read")
    }

    private static func ids(_ created: PostgresRows, count: Int) throws(PostgresError) -> [Int] {
        let ids = Self.ids(created.text(0, 2))
        guard ids.count == count else { throw PostgresError(.protocolViolation, "INSERT returned other rows") }
        return ids
    }

    private static func ids(_ text: String?) -> [Int] { (text ?? "").split(separator: ",").compactMap { Int($0) } }
}
