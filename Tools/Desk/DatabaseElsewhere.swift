import ArgumentParser
import FoundationEssentials
import LocalCluster
import Settings

/// The choice of a database that is no local cluster's: a deployment's, by the same settings as its services'.
struct DatabaseElsewhere: ParsableArguments {
    @Flag(
        name: .customLong("from-settings"),
        help: ArgumentHelp(
            """
            Use the database that POSTGRES_URL and POSTGRES_PASSWORD name, in the environment or in the file CONFIG_FILE, \
            instead of a local cluster's.
            """))
    var isChosen = false

    private static let url = Setting<String>(
        "postgres.url", summary: "PostgreSQL as a libpq URI, with the role to connect as.")
    private static let password = Setting<String>(
        "postgres.password", default: "", isSecret: true, summary: "Password of that role, where it asks for one.")

    /// `nil` when a local cluster is meant.
    ///
    /// - Throws: `ClusterError` naming the setting that is missing.
    func content() async throws -> DatabaseContent? {
        guard isChosen else { return nil }
        do {
            let reader = try await SettingsReader(environment: ProcessInfo.processInfo.environment)
            return DatabaseContent(
                url: try reader.value(Self.url), password: try reader.value(Self.password),
                advice: "check POSTGRES_URL, POSTGRES_PASSWORD and the server's log")
        } catch let error as SettingsError {
            throw ClusterError(error.description)
        }
    }
}
