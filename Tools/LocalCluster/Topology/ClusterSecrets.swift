/// The passwords of one cluster; they live in files of mode 0600 and in the environment of those who need them.
package struct ClusterSecrets: Hashable, Sendable {
    package var superuser: String
    package var owner: String
    package var auth: String
    package var strategies: String
    package var replication: String
    package var redis: String
    /// Patroni's, at etcd and for those who give it orders.
    package var patroni: String
    /// Authenticates consistency tokens.
    package var consistency: String
    /// Seals the secrets of second factors.
    package var secondFactor: String
    /// The monolith's role in PostgreSQL.
    package var monolith: String
    /// What the monolith signs its tokens with.
    package var monolithTokens: String
    /// What the gateways sign those with that they make for the monolith.
    package var monolithBridge: String

    package init(
        superuser: String, owner: String, auth: String, strategies: String, replication: String, redis: String,
        patroni: String, consistency: String, secondFactor: String,
        monolith: String, monolithTokens: String, monolithBridge: String
    ) {
        self.superuser = superuser
        self.owner = owner
        self.auth = auth
        self.strategies = strategies
        self.replication = replication
        self.redis = redis
        self.patroni = patroni
        self.consistency = consistency
        self.secondFactor = secondFactor
        self.monolith = monolith
        self.monolithTokens = monolithTokens
        self.monolithBridge = monolithBridge
    }

    /// Reads as nothing in logs and messages.
    package var description: String { "ClusterSecrets" }
}

extension ClusterSecrets: CustomStringConvertible {}
