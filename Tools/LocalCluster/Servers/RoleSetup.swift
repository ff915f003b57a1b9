/// The SQL, for the superuser, that brings roles and database to where the services expect them. May run any time.
package struct RoleSetup: Hashable, Sendable {
    private static let applicationRoles: [DatabaseRole] = [.owner, .auth, .strategies]

    private let secrets: ClusterSecrets

    package init(_ secrets: ClusterSecrets) { self.secrets = secrets }

    /// Makes the roles that are missing, and gives each its rights and its password.
    package var roles: String {
        (Self.applicationRoles.map { role($0) } + [role(.replication, "replication")])
            .joined(separator: "\n")
    }

    package var databaseExists: String {
        "select exists (select from pg_database where datname = '\(DatabaseRole.database)')"
    }

    /// Not part of a script: PostgreSQL makes databases outside of transactions only.
    package var createDatabase: String {
        "create database \(DatabaseRole.database) owner \(DatabaseRole.owner.rawValue)"
    }

    package var databaseRights: String {
        """
        revoke all on database \(DatabaseRole.database) from public;
        grant connect on database \(DatabaseRole.database)
            to \(DatabaseRole.auth.rawValue), \(DatabaseRole.strategies.rawValue);
        """
    }

    // MARK: The monolith

    /// Its role, which may enter no database but its own.
    package var monolithRole: String { role(.monolith) }

    package var monolithDatabaseExists: String {
        "select exists (select from pg_database where datname = '\(DatabaseRole.monolithDatabase)')"
    }

    package var createMonolithDatabase: String {
        "create database \(DatabaseRole.monolithDatabase) owner \(DatabaseRole.monolith.rawValue)"
    }

    package var monolithRights: String {
        "revoke all on database \(DatabaseRole.monolithDatabase) from public"
    }

    private func role(_ role: DatabaseRole, _ more: String = "") -> String {
        """
        do $$ begin
            if not exists (select from pg_roles where rolname = '\(role.rawValue)') then
                create role \(role.rawValue);
            end if;
        end $$;
        alter role \(role.rawValue) login nosuperuser nocreatedb nocreaterole nobypassrls \(more)
            password '\(role.password(in: secrets))';
        """
    }
}
