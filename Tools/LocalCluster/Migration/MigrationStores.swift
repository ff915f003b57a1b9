import Postgres

/// The two databases of a migration, each by one connection of its tables' owner: for one command that does one thing at a
/// time.
package struct MigrationStores: Sendable {
    let own: PostgresSession
    let legacy: PostgresSession

    /// - Throws: ``ClusterError`` when one cannot be reached.
    package init(own: DatabaseContent, legacy: DatabaseContent) async throws {
        self.own = try await Self.connect(own, "CryptoDesk's database")
        self.legacy = try await Self.connect(legacy, "The monolith's database")
    }

    /// Of a cluster on this machine, with its own monolith.
    package init(_ cluster: RunningCluster) async throws {
        guard cluster.description.options.hasMonolith else {
            throw ClusterError("No monolith runs beside this cluster: start it with ./desk up --with-monolith.")
        }
        let database = try ClusterDatabase(cluster)
        try await self.init(own: database.content(as: .owner), legacy: database.content(as: .monolith))
    }

    private static func connect(_ content: DatabaseContent, _ name: String) async throws -> PostgresSession {
        do {
            return try await content.session()
        } catch let error as PostgresError {
            throw content.failure("\(name) cannot be reached", error)
        }
    }

    /// Runs the body; an error of a database becomes a ``ClusterError``.
    package func telling<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw ClusterError("A database is away, or refused it (\(error)).")
        }
    }

    // MARK: Bringing over

    /// Runs a transaction that brings changes from one side to the other, and takes turns with every other one: what is read
    /// of the source inside of it is at least as new as all that has been written to the target before.
    static func applying<R: Sendable>(
        on target: PostgresSession, _ body: @Sendable () async throws -> R
    ) async throws -> R {
        try await transaction(on: target) {
            try await target.execute("SELECT set_config('cryptodesk.applier', 'on', true)")
            try await target.execute("SELECT pg_advisory_xact_lock(\(LegacyStore.applierLock))")
            return try await body()
        }
    }

    static func transaction<R: Sendable>(
        on session: PostgresSession, _ body: @Sendable () async throws -> R
    ) async throws -> R {
        try await session.execute("BEGIN")
        do {
            let result = try await body()
            try await session.execute("COMMIT")
            return result
        } catch {
            _ = try? await session.execute("ROLLBACK")
            throw error
        }
    }

    // MARK: The owner of writes

    /// - Throws: ``ClusterError`` before `desk capture install`.
    func ownership() async throws -> (own: WriteOwnership, legacy: WriteOwnership) {
        guard try await legacy.execute(LegacyStore.isInstalled).boolean(0, 0) == true,
            let own = WriteOwnership(try await own.execute(OwnStore.ownership)),
            let legacy = WriteOwnership(try await legacy.execute(LegacyStore.ownership))
        else {
            throw ClusterError("Changes are not captured yet: run ./desk capture install first.")
        }
        return (own, legacy)
    }

    /// Once all writes under the former owner have ended, for which it waits two seconds.
    func setOwner(_ ownership: WriteOwnership, in store: WriteOwnership.Store) async throws {
        let values: [PostgresValue] = [.text(ownership.owner.rawValue), .integer(ownership.epoch)]
        let session = store == .candidate ? own : legacy
        try await Self.transaction(on: session) {
            try await session.execute("SET LOCAL lock_timeout = '2s'")
            if store == .legacy { try await session.execute(LegacyStore.lockOwnership) }
            try await session.execute(store == .candidate ? OwnStore.setOwner : LegacyStore.setOwner, values)
        }
    }
}
