import Logging
import Migrations
import Postgres

/// The database of a running cluster: its schema and its demo data.
package struct ClusterDatabase: Sendable {
    private let ports: ClusterPorts
    private let layout: ClusterLayout
    private let secrets: ClusterSecrets

    package init(_ topology: ClusterTopology) {
        ports = topology.ports
        layout = topology.layout
        secrets = topology.secrets
    }

    /// For a cluster that another process runs.
    package init(_ description: ClusterDescription, layout: ClusterLayout) throws {
        ports = ClusterPorts(base: description.options.port)
        self.layout = layout
        secrets = try SecretFiles.passwords(layout)
    }

    /// Makes the roles and the database, as far as they are missing.
    func setUpRoles() async throws {
        let setup = RoleSetup(secrets)
        do {
            let session = try await PostgresSession.connect(
                url: url(.superuser, database: "postgres"), password: secrets.superuser)
            try await session.execute(setup.roles)
            if try await session.execute(setup.databaseExists).boolean(0, 0) != true {
                try await session.execute(setup.createDatabase)
            }
            try await session.execute(setup.databaseRights)
        } catch let error as PostgresError {
            throw failure("The database's roles could not be set up", error)
        }
    }

    /// Applies the migrations that are missing, and says how many those were.
    package func migrate() async throws -> Int {
        let runner = MigrationRunner(
            url: url(.owner), password: secrets.owner,
            logger: Logger(label: "migrations") { _ in SwiftLogNoOpLogHandler() })
        do {
            return try await runner.migrate().count
        } catch let refused as MigrationRunner.Refused {
            throw ClusterError(refused.description)
        } catch let error as PostgresError {
            throw failure("The migrations could not be applied", error)
        }
    }

    /// Loads the demo account and its strategies unless they are there. True when it did.
    @discardableResult
    package func loadDemoData() async throws -> Bool {
        do {
            let session = try await PostgresSession.connect(url: url(.superuser), password: secrets.superuser)
            if try await session.execute(DemoData.exists).boolean(0, 0) == true { return false }
            try await session.execute(DemoData.sql(passwordHash: try PasswordHash.bcrypt(DemoData.password)))
            return true
        } catch let error as PostgresError {
            throw failure("The demo data could not be loaded", error)
        }
    }

    private func url(_ role: DatabaseRole, database: String = DatabaseRole.database) -> String {
        role.url(socketFolder: layout.postgresSocketFolder, port: ports.postgres, database: database)
    }

    private func failure(_ what: String, _ error: PostgresError) -> ClusterError {
        ClusterError("\(what) (\(error)): see \(layout.log("postgres")).")
    }
}
