import JSON

/// The text of Patroni's configuration file for one PostgreSQL server (https://patroni.readthedocs.io, version 3).
package struct PatroniFiles: Hashable, Sendable {
    /// The user that Patroni is at etcd, and that orders to Patroni come from.
    package static let user = "root"
    /// Patroni says these itself, or what they say is its business.
    private static let ownParameters: Set<String> = [
        "cluster_name", "data_directory", "listen_addresses", "port", "primary_conninfo", "primary_slot_name",
        "synchronous_standby_names", "archive_mode", "archive_command", "default_transaction_read_only",
    ]
    /// Must be the same on every server: Patroni takes them from etcd alone.
    private static let sharedParameters: Set<String> = [
        "max_connections", "max_wal_senders", "max_replication_slots", "wal_keep_size", "wal_level", "hot_standby",
        "wal_log_hints",
    ]

    private let topology: ClusterTopology
    private let server: PostgresServer

    private var layout: ClusterLayout { topology.layout }

    package init(_ topology: ClusterTopology, server: PostgresServer) {
        self.topology = topology
        self.server = server
    }

    /// A lost leader is replaced after `ttl` at the latest; a commit is confirmed once a second server has it, and only a
    /// server that has all of those takes over.
    package var configuration: String {
        let folder = layout.patroniFolder(server)
        let address = "127.0.0.1:\(topology.ports.postgres(server))"
        let rest = "127.0.0.1:\(topology.ports.patroni(server))"
        return """
            # Written by desk at every start.
            scope: \(ClusterTopology.clusterName)
            name: \(server.name)
            restapi:
              listen: \(rest)
              connect_address: \(rest)
              authentication: { username: \(Self.user), password: \(topology.secrets.patroni.jsonEscaped) }
            etcd3:
              hosts: [\(etcdHosts)]
              username: \(Self.user)
              password: \(topology.secrets.patroni.jsonEscaped)
            bootstrap:
              dcs:
                ttl: 9
                loop_wait: 2
                retry_timeout: 3
                # A server that crashed is replaced rather than waited for.
                master_start_timeout: 0
                synchronous_mode: true
                maximum_lag_on_failover: 16777216
                postgresql:
                  use_pg_rewind: true
                  use_slots: true
                  parameters:
            \(lines(indent: 8) { Self.sharedParameters.contains($0) })
              initdb:
                - encoding: UTF8
                - locale: C.UTF-8
                - auth: scram-sha-256
                - data-checksums
            postgresql:
              listen: \(address)
              connect_address: \(address)
              data_dir: \((folder + "/data").jsonEscaped)
              bin_dir: \(topology.programs.postgresFolder.jsonEscaped)
              pgpass: \((folder + "/pgpass").jsonEscaped)
              use_unix_socket: true
              remove_data_directory_on_rewind_failure: true
              remove_data_directory_on_diverged_timelines: true
              authentication:
                superuser: \(account(.superuser))
                replication: \(account(.replication))
              callbacks:
                on_role_change: \(callback.jsonEscaped)
              parameters:
            \(lines(indent: 4) { !Self.sharedParameters.contains($0) })

            """
    }

    /// How the callback signs in.
    package var callbackPassword: String { "*:*:*:\(DatabaseRole.superuser.rawValue):\(topology.secrets.superuser)\n" }
    package var callbackPasswordFile: String { layout.patroniFolder(server) + "/callback.pgpass" }

    /// The settings of a server that Patroni leaves to us, as the ones without Patroni have them.
    package var parameters: [(name: String, value: String)] {
        PostgresFiles(topology, primary: server).configuration(of: server)
            .split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .compactMap { line in
                guard let equals = line.firstRange(of: " = ") else { return nil }
                let name = String(line[..<equals.lowerBound])
                return Self.ownParameters.contains(name) ? nil : (name, Self.unquoted(line[equals.upperBound...]))
            }
    }

    private func lines(indent: Int, _ isWanted: (String) -> Bool) -> String {
        parameters.filter { isWanted($0.name) }
            .map { String(repeating: " ", count: indent) + "\($0.name): \($0.value.jsonEscaped)" }
            .joined(separator: "\n")
    }

    private var etcdHosts: String {
        ClusterTopology.memberNumbers.map { "\"127.0.0.1:\(topology.ports.etcd($0))\"" }.joined(separator: ", ")
    }

    private func account(_ role: DatabaseRole) -> String {
        "{ username: \(role.rawValue), password: \(role.password(in: topology.secrets).jsonEscaped) }"
    }

    /// Patroni splits it as a shell does, and adds what happened, the role and the cluster.
    private var callback: String {
        let words = [
            "sh", layout.epochScript, layout.postgresSocketFolder, "\(topology.ports.postgres(server))",
            callbackPasswordFile,
        ]
        return words.map {
            "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        }
        .joined(separator: " ")
    }

    private static func unquoted(_ value: Substring) -> String {
        guard value.hasPrefix("'"), value.hasSuffix("'"), value.count > 1 else { return String(value) }
        return String(value.dropFirst().dropLast()).replacing("''", with: "'")
    }
}
