/// What a cluster is made of, as its starter asked for it.
package struct ClusterOptions: Codable, Hashable, Sendable {
    /// How many instances of each service run; 0 leaves the service out.
    package var gateways: Int
    package var auth: Int
    package var strategies: Int
    /// How many PostgreSQL servers follow the primary.
    package var replicas: Int
    /// Whether a write is confirmed only once a replica has it as well.
    package var isDurable: Bool
    /// PostgreSQL is led by Patroni, and Redis by Sentinel: they, and not a command, put another server in a lost one's place.
    package var isHighlyAvailable: Bool
    /// Whether the application to migrate from (`Examples/Monolith`) runs beside the services.
    package var hasMonolith: Bool
    /// The port that nginx listens on; every other port follows from it (``ClusterPorts``).
    package var port: Int
    /// Settings for every Swift service, by environment name; they win over what the topology sets.
    package var settings: [String: String]

    package init(
        gateways: Int = 2, auth: Int = 2, strategies: Int = 2, replicas: Int = 1, isDurable: Bool = false,
        isHighlyAvailable: Bool = false, hasMonolith: Bool = false, port: Int = 8080, settings: [String: String] = [:]
    ) {
        self.gateways = gateways
        self.auth = auth
        self.strategies = strategies
        self.replicas = replicas
        self.isDurable = isDurable
        self.isHighlyAvailable = isHighlyAvailable
        self.hasMonolith = hasMonolith
        self.port = port
        self.settings = settings
    }

    /// Without a gateway there is nothing for nginx to stand before: such a cluster holds data only.
    package var hasNginx: Bool { gateways > 0 }
}

extension ClusterOptions {
    /// A cluster that an earlier release started says nothing of high availability or a monolith.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            gateways: try members.decode(Int.self, forKey: .gateways),
            auth: try members.decode(Int.self, forKey: .auth),
            strategies: try members.decode(Int.self, forKey: .strategies),
            replicas: try members.decode(Int.self, forKey: .replicas),
            isDurable: try members.decode(Bool.self, forKey: .isDurable),
            isHighlyAvailable: try members.decodeIfPresent(Bool.self, forKey: .isHighlyAvailable) ?? false,
            hasMonolith: try members.decodeIfPresent(Bool.self, forKey: .hasMonolith) ?? false,
            port: try members.decode(Int.self, forKey: .port),
            settings: try members.decode([String: String].self, forKey: .settings))
    }
}
