import APIContract
import Crypto
package import Documents

/// The gateway's routes, rate limits and upstreams, as one file says them and as a whole.
package struct GatewayConfiguration: Sendable {
    /// The file's name, as problems and reports show it.
    package let file: String
    /// SHA-256 of the file, in hexadecimal digits: the same on every gateway that has read the same.
    package let hash: String
    package let routes: [Route]
    /// Of the routes that move, by their names.
    let migrations: [String: RouteMigration]
    package let policies: [RateLimitPolicy]
    package let upstreams: [UpstreamDefinition]
    /// How many tokens of one address may turn out to be none; counted by each gateway for itself.
    package let failedAuthentications: RateLimit
    /// Settings that the file names and that are not known here; only where it was read to be checked.
    package let unknownSettings: [String]

    /// Reads a file's text.
    ///
    /// - Throws: ``DocumentError`` with everything that is wrong with it.
    package init(
        _ text: String, file: String, variables: ConfigurationVariables
    ) throws(DocumentError) {
        var reader = ConfigurationReader(file: file, variables: variables)
        let root = try DocumentNode.root(text, file: file)
        let section =
            reader.section(
                root, keys: ["upstreams", "policies", "failed_authentications", "routes"],
                required: ["upstreams", "routes"]) ?? [:]
        let policies = reader.policies(section["policies"])
        let upstreams = reader.upstreams(section["upstreams"])
        let failedAuthentications = reader.rate(section["failed_authentications"])
        let routes = reader.routes(section["routes"], policies: policies, upstreams: upstreams)
        guard reader.problems.isEmpty else { throw DocumentError(reader.problems) }
        self.file = file
        hash = Hexadecimal.encode(Array(SHA256.hash(data: Array(text.utf8))))
        self.routes = routes
        migrations = Dictionary(routes.compactMap { route in route.migration.map { (route.name, $0) } }) { first, _ in
            first
        }
        self.policies = policies.values.compactMap { $0 }.sorted { $0.name < $1.name }
        self.upstreams = upstreams
        self.failedAuthentications = failedAuthentications ?? .usualFailedAuthentications
        unknownSettings = reader.unknownSettings.sorted()
    }
}
