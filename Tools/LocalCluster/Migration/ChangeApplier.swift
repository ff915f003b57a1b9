import Postgres

/// Brings captured changes to the other side.
///
/// An outbox names rows, and what they hold is read when they are brought over: doing it twice, or after a crash between the
/// two databases, ends the same. `docs/decisions/0042` says why.
package struct ChangeApplier: Sendable {
    package struct Batch: Sendable {
        /// How many entries were taken.
        package var changes = 0
        package var refused: [RefusedRow] = []
    }

    private static let batchSize = 500
    /// Between two looks at outboxes that were empty.
    private static let pause = Duration.milliseconds(50)

    private let stores: MigrationStores

    package init(_ stores: MigrationStores) { self.stores = stores }

    /// Brings over what one side has captured, until nothing is left.
    ///
    /// - Parameter progress: is told of every batch.
    /// - Throws: `PostgresError`; what was not brought over stays captured.
    package func bringOver(
        to target: WriteOwnership.Store, progress: @Sendable (Batch) -> Void = { _ in }
    ) async throws {
        while true {
            try Task.checkCancellation()
            let batch = try await bringBatch(to: target)
            guard batch.changes > 0 else { return }
            progress(batch)
        }
    }

    /// Goes on with both sides until the task is cancelled.
    package func follow(progress: @Sendable (Batch) -> Void) async throws {
        while true {
            for target in [WriteOwnership.Store.candidate, .legacy] {
                try await bringOver(to: target, progress: progress)
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func bringBatch(to target: WriteOwnership.Store) async throws -> Batch {
        let toOwn = target == .candidate
        let (source, sink) = toOwn ? (stores.legacy, stores.own) : (stores.own, stores.legacy)
        let changes = toOwn ? LegacyStore.changes(limit: Self.batchSize) : OwnStore.changes(limit: Self.batchSize)
        // Nothing to take turns for.
        guard try await source.execute(toOwn ? LegacyStore.pending : OwnStore.pending).integer(0, 0) != 0 else {
            return Batch()
        }
        let (batch, entries) = try await MigrationStores.applying(on: sink) { () -> (Batch, String?) in
            let captured = try await source.execute(changes)
            guard let entries = captured.text(0, 0), let ids = captured.text(0, 1), let rows = captured.text(0, 2)
            else {
                return (Batch(), nil)
            }
            let refused = try await stores.write(rows: rows, ids: ids, to: target)
            return (Batch(changes: captured.integer(0, 3) ?? 0, refused: refused), entries)
        }
        if let entries { try await source.execute(toOwn ? LegacyStore.forget : OwnStore.forget, [.text(entries)]) }
        return batch
    }
}

extension MigrationStores {
    /// Inside of ``applying(on:_:)``: lets rows of one side be as the other one shows them.
    ///
    /// - Parameters:
    ///   - rows: a JSON array of objects with `id`, `owner`, `title` and `description`.
    ///   - ids: of all rows that were asked for, as PostgreSQL writes an array: those without a row are deleted.
    func write(rows: String, ids: String, to target: WriteOwnership.Store) async throws -> [RefusedRow] {
        guard target == .candidate else {
            return RefusedRow.all(try await legacy.execute(LegacyStore.apply, [.text(rows), .text(ids)]))
        }
        try await own.execute(OwnStore.removeGone, [.text(rows), .text(ids)])
        return RefusedRow.all(try await own.execute(OwnStore.apply, [.text(rows)]))
    }
}
