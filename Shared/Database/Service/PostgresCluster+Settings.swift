package import Logging
package import Postgres
package import Tracing

extension PostgresCluster {
    /// - Parameters:
    ///   - applicationName: what the servers show of these connections.
    ///   - tracer: records the statements of traced requests.
    /// - Throws: `PostgresError` with code `configuration` for a URL that libpq refuses.
    package convenience init(
        settings: DatabaseSettings, applicationName: String, tracer: (any Tracer)? = nil, logger: Logger
    ) throws(PostgresError) {
        var configurations: [PostgresConfiguration] = []
        for url in settings.urls {
            configurations.append(
                try PostgresConfiguration(
                    url: url, password: settings.password, maximumConnections: settings.connections,
                    statementTimeout: settings.statementTimeout, deadline: settings.statementTimeout + .seconds(1),
                    applicationName: applicationName))
        }
        try self.init(
            configurations: configurations,
            routing: ReadRoutingOptions(
                maximumStaleness: settings.maximumStaleness, primaryReads: settings.primaryReads),
            tracer: tracer, logger: logger)
    }
}
