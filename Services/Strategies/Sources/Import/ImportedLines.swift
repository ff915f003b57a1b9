import APIContract
import Consistency
import Postgres

/// Stores batches of an import, each by itself, and tells of every line what became of it.
struct ImportedLines {
    private let repository: StrategyRepository
    private let events: any EventPublisher
    private let key: IdempotencyKey?
    var report = ImportReport()
    /// Why nothing more is tried.
    private var failure: APIError?

    /// - Parameter key: of the request; each batch is stored once under a name of its own.
    init(repository: StrategyRepository, events: any EventPublisher, once key: IdempotencyKey?) {
        self.repository = repository
        self.events = events
        self.key = key
    }

    /// Stores rows. Once the database has failed, those that follow are told so, and only what was stored before is.
    ///
    /// - Throws: `ChangesLost`, also when it is what this import has stored that was lost; and the failure where nothing was
    ///   stored yet.
    mutating func store(_ rows: ArraySlice<ImportBatch.Row>) async throws {
        guard let first = rows.first else { return }
        if let failure { return refuse(rows, failure) }
        do {
            let ids = try await repository.create(rows, once: key?.part(first.line))
            events.wake()
            for (row, id) in zip(rows, ids) { report.created(id, line: row.line) }
        } catch let error as PostgresError {
            guard let refusal = APIError.strategies(error) else { throw error }
            switch refusal.status {
            case 422 where rows.count > 1:
                // One that the database cannot store keeps the others out: it is found by halves.
                let middle = rows.index(rows.startIndex, offsetBy: rows.count / 2)
                try await store(rows[..<middle])
                try await store(rows[middle...])
            case 422: refuse(rows, refusal)
            case 503 where report.createdCount > 0:
                failure = refusal.code == .outcomeUnknown ? .notTried : refusal
                refuse(rows, refusal)
            default: throw error
            }
        }
    }

    private mutating func refuse(_ rows: ArraySlice<ImportBatch.Row>, _ error: APIError) {
        for row in rows { report.refused(error, line: row.line) }
    }
}

extension APIError {
    fileprivate static let notTried = APIError.unavailable(
        .databaseUnavailable, "The database was not available for an earlier line")
}
