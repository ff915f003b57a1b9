import Postgres

/// The database of a running cluster: its schema and its demo data.
package struct ClusterDatabase: Sendable {
    private let ports: ClusterPorts
    private let primary: PostgresServer
    private let layout: ClusterLayout
    private let secrets: ClusterSecrets
    private let hasMonolith: Bool

    package init(_ topology: ClusterTopology, primary: PostgresServer) {
        ports = topology.ports
        self.primary = primary
        layout = topology.layout
        secrets = topology.secrets
        hasMonolith = topology.options.hasMonolith
    }

    /// For a cluster that another process runs.
    package init(_ cluster: RunningCluster) throws {
        ports = cluster.ports
        primary = cluster.primary
        layout = cluster.layout
        secrets = try SecretFiles.passwords(layout)
        hasMonolith = cluster.description.options.hasMonolith
    }

    /// Makes the roles and the database, as far as they are missing.
    func setUpRoles() async throws {
        let setup = RoleSetup(secrets)
        do {
            let session = try await PostgresSession.connect(
                url: url(.superuser, database: "postgres"), password: secrets.superuser)
            // No replica that may be asked to confirm it runs yet.
            try await session.execute("set synchronous_commit = local")
            try await session.execute(setup.roles)
            if try await session.execute(setup.databaseExists).boolean(0, 0) != true {
                try await session.execute(setup.createDatabase)
            }
            try await session.execute(setup.databaseRights)
            if hasMonolith { try await setUpMonolith(setup, session) }
        } catch let error as PostgresError {
            throw ClusterError("The database's roles could not be set up (\(error)): \(advice).")
        }
    }

    private func setUpMonolith(_ setup: RoleSetup, _ session: PostgresSession) async throws {
        try await session.execute(setup.monolithRole)
        if try await session.execute(setup.monolithDatabaseExists).boolean(0, 0) != true {
            try await session.execute(setup.createMonolithDatabase)
        }
        try await session.execute(setup.monolithRights)
    }

    /// Applies the migrations that are missing, and says how many those were.
    package func migrate() async throws -> Int {
        try await content(as: .owner).migrate()
    }

    /// Loads the demo account and its strategies unless they are there. True when it did.
    @discardableResult
    package func loadDemoData() async throws -> Bool {
        try await content(as: .superuser).loadDemoData()
    }

    /// Makes an account an administrator. False when there is no such account.
    package func makeAdmin(_ email: String) async throws -> Bool { try await content(as: .owner).makeAdmin(email) }

    /// Turns an account's second factor off, and ends its sessions.
    package func resetSecondFactor(_ email: String) async throws -> DatabaseContent.SecondFactorReset {
        try await content(as: .owner).resetSecondFactor(email)
    }

    func content(as role: DatabaseRole) -> DatabaseContent {
        DatabaseContent(url: url(role), password: role.password(in: secrets), advice: advice)
    }

    private var advice: String { "see \(layout.log(primary.name))" }

    private func url(_ role: DatabaseRole, database: String? = nil) -> String {
        role.url(
            socketFolder: layout.postgresSocketFolder, port: ports.postgres(primary),
            database: database ?? role.database)
    }
}
