/// The text of PostgreSQL's configuration files for one cluster.
package struct PostgresFiles: Hashable, Sendable {
    private let layout: ClusterLayout
    private let ports: ClusterPorts

    package init(_ topology: ClusterTopology) {
        layout = topology.layout
        ports = topology.ports
    }

    /// `postgresql.conf`: durable as in production, sized for a developer's machine, and no query's values in the log.
    package var configuration: String {
        """
        # Written by desk at every start.
        data_directory = \(quoted(layout.postgresFolder))
        hba_file = \(quoted(layout.configurationFolder + "/pg_hba.conf"))
        ident_file = \(quoted(layout.configurationFolder + "/pg_ident.conf"))
        listen_addresses = '127.0.0.1'
        port = \(ports.postgres)
        unix_socket_directories = \(quoted(layout.postgresSocketFolder))
        max_connections = 100
        password_encryption = 'scram-sha-256'

        shared_buffers = 128MB
        huge_pages = off
        dynamic_shared_memory_type = posix
        jit = off

        fsync = on
        synchronous_commit = on
        wal_level = replica
        max_wal_size = 1GB
        checkpoint_completion_target = 0.9

        timezone = 'UTC'
        log_timezone = 'UTC'
        log_destination = 'stderr'
        logging_collector = off
        log_line_prefix = '%m [%p] %q%u@%d '
        log_min_duration_statement = 500
        log_parameter_max_length = 0
        log_parameter_max_length_on_error = 0

        """
    }

    /// `pg_hba.conf`: a password for everyone, this machine only.
    package var clientAuthentication: String {
        """
        # Written by desk at every start.
        local  all          all                scram-sha-256
        host   all          all  127.0.0.1/32  scram-sha-256
        local  replication  all                scram-sha-256
        host   replication  all  127.0.0.1/32  scram-sha-256

        """
    }

    private func quoted(_ path: String) -> String {
        "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
