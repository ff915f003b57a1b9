import ArgumentParser
import FoundationEssentials
import LocalCluster
import Settings

/// Which two databases a migration is between.
struct MigrationOption: ParsableArguments {
    @OptionGroup var data: DataOption
    @OptionGroup var elsewhere: DatabaseElsewhere

    private static let url = Setting<String>(
        "legacy.postgres.url", summary: "The monolith's PostgreSQL as a libpq URI, with the role that owns its tables.")
    private static let password = Setting<String>(
        "legacy.postgres.password", default: "", isSecret: true,
        summary: "Password of that role, where it asks for one.")

    /// Of the local cluster and its monolith; with `--from-settings` those that POSTGRES_URL and LEGACY_POSTGRES_URL name.
    func stores() async throws -> MigrationStores {
        guard let own = try await elsewhere.content() else {
            return try await MigrationStores(try await data.runningCluster())
        }
        do {
            let reader = try await SettingsReader(environment: ProcessInfo.processInfo.environment)
            let legacy = DatabaseContent(
                url: try reader.value(Self.url), password: try reader.value(Self.password),
                advice: "check LEGACY_POSTGRES_URL, LEGACY_POSTGRES_PASSWORD and the server's log")
            return try await MigrationStores(own: own, legacy: legacy)
        } catch let error as SettingsError {
            throw ClusterError(error.description)
        }
    }

    /// Runs the body with both databases; an error of theirs becomes a sentence.
    func withStores<R>(_ body: (MigrationStores) async throws -> R) async throws -> R {
        let stores = try await stores()
        return try await stores.telling { try await body(stores) }
    }
}
