import Consistency
import Postgres

extension StrategyRepository {
    /// A strategy's history, the newest version first; `nil` for a strategy that is not there.
    package func versions(id: Int, _ query: VersionListQuery) async throws -> StrategyPage? {
        let rows = try await database.read(
            Queries.versions,
            [.integer(userID), .integer(id), .integer(query.limit + 1), .integer(query.before ?? .max)])
        return rows.isNull(0, 2) ? nil : StrategyPage(rows: rows, limit: query.limit)
    }

    /// The strategy as it was in one version.
    package func version(_ version: Int, id: Int) async throws -> StoredStrategy? {
        StoredStrategy(
            try await database.read(Queries.version, [.integer(userID), .integer(id), .integer(version)]))
    }

    /// Adds a version that says what an earlier one did.
    ///
    /// - Throws: ``StrategyChangeError``.
    package func restore(
        _ version: Int, id: Int, if precondition: VersionPrecondition
    ) async throws -> StoredStrategy {
        let parameters: [PostgresValue] = [.integer(userID), .integer(id), .integer(version)]
        let rows = try await database.write(Queries.restore, parameters + precondition.parameters)
        if let changed = StoredStrategy(rows) { return changed }
        let found = try await database.read(Queries.version, parameters, onPrimary: true)
        throw StoredStrategy(found) == nil ? StrategyChangeError.notFound : StrategyChangeError.stale
    }
}
