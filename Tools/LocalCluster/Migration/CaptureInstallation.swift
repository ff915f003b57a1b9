import Postgres

/// Puts the outboxes, the owner of writes and their triggers into both databases, and takes them away.
package struct CaptureInstallation: Sendable {
    private let stores: MigrationStores

    package init(_ stores: MigrationStores) { self.stores = stores }

    /// May run any time. The monolith stays the owner of writes.
    ///
    /// - Throws: ``ClusterError``, `PostgresError`; each database is changed as a whole or not at all.
    package func install() async throws {
        let strangers = try await stores.own.execute(OwnStore.strangers)
        if let count = strangers.integer(0, 0), count > 0 {
            throw ClusterError(
                "\(count) strategies belong to users who were imported with a legacy_user_id, and are unknown to the "
                    + "monolith (\(strangers.text(0, 1) ?? "")): delete them, or import these users without one.")
        }
        // The monolith's first: while only that one captures, nothing is missed.
        try await stores.legacy.execute(LegacyStore.install)
        try await stores.own.execute(OwnStore.install)
    }

    /// Once the move is over. Rows stay as they are, on both sides.
    package func remove() async throws {
        try await stores.own.execute(OwnStore.remove)
        try await stores.legacy.execute(LegacyStore.remove)
    }

    /// How many changes wait on each side, and how old the oldest is, in seconds.
    package func status() async throws -> CaptureStatus {
        let (own, legacy) = try await stores.ownership()
        let ownPending = try await stores.own.execute(OwnStore.pending)
        let legacyPending = try await stores.legacy.execute(LegacyStore.pending)
        return CaptureStatus(
            legacy: .init(legacy, pending: legacyPending), candidate: .init(own, pending: ownPending))
    }
}
