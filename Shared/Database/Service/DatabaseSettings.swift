import HTTPService
package import Settings

/// How a service reaches its PostgreSQL servers and spreads its reads over them.
package struct DatabaseSettings: Sendable {
    package static let catalogue: [any AnySetting] = [
        urls, password, connections, statementTimeout, maximumStaleness, primaryReads,
    ]

    /// Every server of the cluster.
    private static let urls = Setting<[String]>(
        "postgres.urls",
        summary:
            "Every PostgreSQL server, primary and replicas in any order, each as a libpq URI of one host, such as postgresql://user@host:5432/cryptodesk?sslmode=require.",
        isAllowed: { (1...16).contains($0.count) })
    /// The role's password.
    private static let password = Setting<String>(
        "postgres.password", default: "", isSecret: true,
        summary: "Password of the PostgreSQL role, where it asks for one.")
    /// Connections an instance may hold to one server.
    private static let connections = Setting<Int>(
        "postgres.connections", default: 4,
        summary: "Connections to each PostgreSQL server that an instance holds, 1 to 20.",
        isAllowed: { (1...20).contains($0) })
    /// The server's own limit for one statement, in milliseconds.
    private static let statementTimeout = Setting<Int>(
        "postgres.statement.timeout.ms", default: 5000, unit: "ms",
        summary: "After this time PostgreSQL gives a statement up.", isAllowed: { (1...600_000).contains($0) })
    /// How far behind a replica may be that answers reads, in milliseconds.
    private static let maximumStaleness = Setting<Int>(
        "replica.max.staleness.ms", default: 1000, unit: "ms",
        summary: "A replica that may be further behind the primary answers no reads.",
        isAllowed: { (600...10_000).contains($0) })
    /// Reads that the primary takes over.
    private static let primaryReads = Setting<Int>(
        "postgres.primary.reads", default: 128,
        summary: "Reads of an instance that the primary answers at once for want of a replica, further ones get 503.",
        isAllowed: { (0...10_000).contains($0) })

    package let urls: [String]
    /// `nil` where none is asked for.
    package let password: String?
    package let connections: Int
    package let statementTimeout: Duration
    package let maximumStaleness: Duration
    package let primaryReads: Int

    /// - Throws: `SettingsError` naming the key that is missing or wrong.
    package init(reader: SettingsReader) throws {
        urls = try reader.value(Self.urls)
        let password = try reader.value(Self.password)
        self.password = password.isEmpty ? nil : password
        connections = try reader.value(Self.connections)
        statementTimeout = .milliseconds(try reader.value(Self.statementTimeout))
        maximumStaleness = .milliseconds(try reader.value(Self.maximumStaleness))
        primaryReads = try reader.value(Self.primaryReads)
    }
}
