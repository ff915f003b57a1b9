/// The ports of a cluster, all at fixed distances from the one that nginx listens on.
package struct ClusterPorts: Hashable, Sendable {
    /// Instances of one service that fit between two blocks of ports.
    package static let instancesPerService = 49
    /// How far the last port is above the base: Patroni's of the highest PostgreSQL server.
    package static let span = 540 + PostgresServer.most
    /// The highest base whose last port still exists.
    package static let highestBase = 65_535 - span

    package let base: Int

    package init(base: Int) { self.base = base }

    package var nginx: Int { base }
    /// The application to migrate from.
    package var monolith: Int { base + 490 }
    package var redis: Int { base + 500 }
    package var redisCache: Int { base + 501 }

    /// A Redis that may be the master; `number` counts from 1, and 1 is ``redis``.
    package func redis(_ number: Int) -> Int { number == 1 ? redis : base + 500 + number }
    package func sentinel(_ number: Int) -> Int { base + 510 + number }
    /// Where etcd serves Patroni.
    package func etcd(_ number: Int) -> Int { base + 520 + number }
    /// Where the members of etcd reach one another.
    package func etcdPeer(_ number: Int) -> Int { base + 530 + number }
    /// Patroni's REST interface.
    package func patroni(_ server: PostgresServer) -> Int { base + 540 + server.number }

    package func postgres(_ server: PostgresServer) -> Int { base + 399 + server.number }

    /// The public port of an instance; `number` counts from 1.
    package func listen(_ service: ServiceKind, _ number: Int) -> Int { block(service) + number }

    /// The private port of an instance; `number` counts from 1.
    package func admin(_ service: ServiceKind, _ number: Int) -> Int { block(service) + 50 + number }

    private func block(_ service: ServiceKind) -> Int {
        switch service {
        case .gateway: base + 100
        case .auth: base + 200
        case .strategies: base + 300
        }
    }
}
