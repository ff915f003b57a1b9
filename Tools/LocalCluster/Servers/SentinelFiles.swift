/// The text of the configuration files that Sentinel and its Redis servers begin with, and rewrite themselves from then on:
/// who is the master is in them.
package struct SentinelFiles: Hashable, Sendable {
    private let topology: ClusterTopology

    package init(_ topology: ClusterTopology) { self.topology = topology }

    /// - Parameter number: counts from 1; the first is the master to begin with.
    package func redis(_ number: Int) -> String {
        let name = ClusterTopology.redisName(number)
        let ports = topology.ports
        return RedisFiles(topology).configuration(name, port: ports.redis(number), purpose: .state) + """
            masterauth \(topology.secrets.redis)
            repl-timeout 10
            repl-ping-replica-period 2
            repl-diskless-sync-delay 0
            # A master that lost its replicas, and perhaps its place, takes no writes that would be lost.
            min-replicas-to-write 1
            min-replicas-max-lag 5
            \(number == 1 ? "" : "replicaof 127.0.0.1 \(ports.redis(1))")

            """
    }

    /// - Parameter number: counts from 1.
    package func sentinel(_ number: Int) -> String {
        let name = ClusterTopology.clusterName
        return """
            bind 127.0.0.1
            port \(topology.ports.sentinel(number))
            dir \(RedisFiles.quoted(topology.layout.redisFolder("sentinel-\(number)")))
            daemonize no
            logfile ""
            requirepass \(topology.secrets.redis)
            sentinel sentinel-pass \(topology.secrets.redis)
            sentinel monitor \(name) 127.0.0.1 \(topology.ports.redis(1)) 2
            sentinel auth-pass \(name) \(topology.secrets.redis)
            sentinel down-after-milliseconds \(name) 2000
            sentinel failover-timeout \(name) 10000
            sentinel parallel-syncs \(name) 1

            """
    }
}
