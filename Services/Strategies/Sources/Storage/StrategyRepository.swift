import JSON
import NIOCore
package import Postgres

/// Why a change of one strategy did not happen.
package enum StrategyChangeError: Error, Hashable, Sendable {
    /// No such row, or another user's.
    case notFound
    /// It is there, with a version that `If-Match` does not name or `If-None-Match` does.
    case stale
}

/// The strategies of one user at a time. Every statement runs on behalf of that user.
package struct StrategyRepository: Sendable {
    private let database: PostgresCluster

    package init(database: PostgresCluster) { self.database = database }

    /// - Throws: `PostgresError`, as everything here does.
    package func list(_ query: StrategyListQuery, userID: Int) async throws(PostgresError) -> StrategyPage {
        let (statement, parameters) = Queries.list(query, userID: userID)
        let rows = try await database.readPrimary(statement, parameters, caller: Caller(userID: userID))
        return StrategyPage(rows: rows, limit: query.limit)
    }

    package func get(id: Int, userID: Int) async throws(PostgresError) -> StoredStrategy? {
        StoredStrategy(
            try await database.readPrimary(
                Queries.get, [.integer(userID), .integer(id)], caller: Caller(userID: userID)))
    }

    package func create(_ draft: StrategyDraft, userID: Int) async throws(PostgresError) -> StoredStrategy {
        let rows = try await database.write(
            Queries.create, [.integer(userID)] + draft.parametersOfStatement, caller: Caller(userID: userID))
        guard let created = StoredStrategy(rows) else {
            throw PostgresError(.protocolViolation, "INSERT returned no row")
        }
        return created
    }

    /// - Throws: ``StrategyChangeError``, `PostgresError`.
    package func replace(
        id: Int, userID: Int, with draft: StrategyDraft, if precondition: VersionPrecondition
    ) async throws -> StoredStrategy {
        let rows = try await database.write(
            Queries.replace, draft.replacement(id: id, userID: userID, if: precondition), caller: Caller(userID: userID)
        )
        guard let changed = StoredStrategy(rows) else { throw try await reason(id: id, userID: userID) }
        return changed
    }

    /// - Throws: ``StrategyChangeError``, `PostgresError`.
    package func delete(id: Int, userID: Int, if precondition: VersionPrecondition) async throws {
        let rows = try await database.write(
            Queries.delete, [.integer(userID), .integer(id)] + precondition.parameters, caller: Caller(userID: userID))
        guard rows.affected > 0 else { throw try await reason(id: id, userID: userID) }
    }

    /// Changes a row by what it holds: reads, merges, and replaces that very version.
    ///
    /// When others keep changing it in between, the row is locked instead, so that every patch comes to its end.
    ///
    /// - Throws: ``StrategyChangeError``, ``APIError`` 422 for a result that is not valid, `PostgresError`.
    package func patch(
        id: Int, userID: Int, with patch: StrategyPatch, if precondition: VersionPrecondition
    ) async throws -> StoredStrategy {
        for _ in 0..<3 {
            guard let current = try await get(id: id, userID: userID) else { throw StrategyChangeError.notFound }
            let draft = try Self.merged(current, patch, precondition)
            let rows = try await database.write(
                Queries.replace, draft.replacement(id: id, userID: userID, if: .only([current.version])),
                caller: Caller(userID: userID))
            if let changed = StoredStrategy(rows) { return changed }
        }
        return try await database.transaction(caller: Caller(userID: userID)) { transaction in
            let row = try await transaction.execute(Queries.lock, [.integer(userID), .integer(id)])
            guard let current = StoredStrategy(row) else { throw StrategyChangeError.notFound }
            let draft = try Self.merged(current, patch, precondition)
            let rows = try await transaction.execute(
                Queries.replace, draft.replacement(id: id, userID: userID, if: .any))
            guard let changed = StoredStrategy(rows) else { throw StrategyChangeError.notFound }
            return changed
        }
    }

    private static func merged(
        _ current: StoredStrategy, _ patch: StrategyPatch, _ precondition: VersionPrecondition
    ) throws -> StrategyDraft {
        guard precondition.allows(current.version) else { throw StrategyChangeError.stale }
        let document = try JSONValue(parsing: current.document.readableBytesView).object
        return try patch.applied(to: document ?? JSONObject())
    }

    /// Tells a row that is not there from one with another version.
    private func reason(id: Int, userID: Int) async throws -> StrategyChangeError {
        let rows = try await database.readPrimary(
            Queries.exists, [.integer(userID), .integer(id)], caller: Caller(userID: userID))
        return rows.isEmpty ? .notFound : .stale
    }
}
