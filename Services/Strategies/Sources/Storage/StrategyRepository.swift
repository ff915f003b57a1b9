package import Consistency
import JSON
import NIOCore
import Postgres

/// Why a change of one strategy did not happen.
package enum StrategyChangeError: Error, Hashable, Sendable {
    /// No such row, or another user's.
    case notFound
    /// It is there, with a version that `If-Match` does not name or `If-None-Match` does.
    case stale
}

/// The strategies of one user, as one request of that user may see them.
package struct StrategyRepository: Sendable {
    let database: UserDatabase

    package init(_ database: UserDatabase) { self.database = database }

    var userID: Int { database.userID }

    /// - Throws: `ChangesLost`, `PostgresError`, as everything here does.
    package func list(_ query: StrategyListQuery) async throws -> StrategyPage {
        let (statement, parameters) = Queries.list(query, userID: userID)
        return StrategyPage(rows: try await database.read(statement, parameters), limit: query.limit)
    }

    package func get(id: Int) async throws -> StoredStrategy? {
        StoredStrategy(try await database.read(Queries.get, [.integer(userID), .integer(id)]))
    }

    package func create(_ draft: StrategyDraft) async throws -> StoredStrategy {
        let rows = try await database.write(Queries.create, [.integer(userID)] + draft.parametersOfStatement)
        guard let created = StoredStrategy(rows) else {
            throw PostgresError(.protocolViolation, "INSERT returned no row")
        }
        return created
    }

    /// - Throws: ``StrategyChangeError``.
    package func replace(
        id: Int, with draft: StrategyDraft, if precondition: VersionPrecondition
    ) async throws -> StoredStrategy {
        let rows = try await database.write(
            Queries.replace, draft.replacement(id: id, userID: userID, if: precondition))
        guard let changed = StoredStrategy(rows) else { throw try await reason(id: id) }
        return changed
    }

    /// - Throws: ``StrategyChangeError``.
    package func delete(id: Int, if precondition: VersionPrecondition) async throws {
        let rows = try await database.write(
            Queries.delete, [.integer(userID), .integer(id)] + precondition.parameters)
        guard !rows.isEmpty else { throw try await reason(id: id) }
    }

    /// Changes a row by what it holds: reads, merges, and replaces that very version.
    ///
    /// When others keep changing it in between, the row is locked instead, so that every patch comes to its end.
    ///
    /// - Throws: ``StrategyChangeError``, ``APIError`` 422 for a result that is not valid.
    package func patch(
        id: Int, with patch: StrategyPatch, if precondition: VersionPrecondition
    ) async throws -> StoredStrategy {
        let userID = userID
        var hasForgotten = false
        for _ in 0..<3 {
            do {
                // A replica's older version would be refused by the primary.
                let rows = try await database.read(Queries.get, [.integer(userID), .integer(id)], onPrimary: true)
                guard let current = StoredStrategy(rows) else { throw StrategyChangeError.notFound }
                let draft = try Self.merged(current, patch, precondition)
                let replaced = try await database.write(
                    Queries.replace, draft.replacement(id: id, userID: userID, if: .only([current.version])))
                if let changed = StoredStrategy(replaced) { return changed }
            } catch let lost as ChangesLost {
                // Of what was read a moment ago, or of what the client knows: the next read tells.
                guard !hasForgotten else { throw lost }
                hasForgotten = true
                database.forget()
            }
        }
        return try await database.transaction { transaction in
            let row = try await transaction.execute(Queries.lock, [.integer(userID), .integer(id)])
            guard let current = StoredStrategy(row, from: 0) else { throw StrategyChangeError.notFound }
            let draft = try Self.merged(current, patch, precondition)
            let rows = try await transaction.write(
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
    private func reason(id: Int) async throws -> StrategyChangeError {
        let rows = try await database.read(Queries.exists, [.integer(userID), .integer(id)], onPrimary: true)
        return rows.boolean(0, 2) == true ? .stale : .notFound
    }
}
