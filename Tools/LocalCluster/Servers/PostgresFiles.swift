/// The text of PostgreSQL's configuration files for the servers of one cluster.
package struct PostgresFiles: Hashable, Sendable {
    private let topology: ClusterTopology
    private let primary: PostgresServer
    private let archive: BackupArchive?

    private var layout: ClusterLayout { topology.layout }

    /// - Parameters:
    ///   - primary: whom the others follow.
    ///   - archive: takes each WAL file that is full, or a minute old.
    package init(_ topology: ClusterTopology, primary: PostgresServer, archive: BackupArchive? = nil) {
        self.topology = topology
        self.primary = primary
        self.archive = archive
    }

    /// A server's configuration: durable as in production, sized for a developer's machine, and no query's values in
    /// the log.
    ///
    /// - Parameters:
    ///   - upstream: whom it follows, if that is not the primary.
    ///   - takesWrites: false shortly before the primary is stopped.
    package func configuration(
        of server: PostgresServer, following upstream: PostgresServer? = nil, takesWrites: Bool = true
    ) -> String {
        """
        # Written by desk at every start and at every promotion.
        cluster_name = '\(server.name)'
        data_directory = \(quoted(topology.postgresFolder(server)))
        hba_file = \(quoted(layout.configurationFolder + "/pg_hba.conf"))
        ident_file = \(quoted(layout.configurationFolder + "/pg_ident.conf"))
        listen_addresses = '127.0.0.1'
        port = \(topology.ports.postgres(server))
        unix_socket_directories = \(quoted(layout.postgresSocketFolder))
        max_connections = 300
        password_encryption = 'scram-sha-256'

        shared_buffers = 128MB
        huge_pages = off
        dynamic_shared_memory_type = posix
        jit = off

        fsync = on
        default_transaction_read_only = \(takesWrites ? "off" : "on")
        max_wal_size = 1GB
        checkpoint_completion_target = 0.9
        \(replication)
        \(archiving)
        \(confirmation(by: server))
        \(server == primary ? "" : following(upstream ?? primary, as: server))

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
        local  replication  \(DatabaseRole.replication.rawValue)                scram-sha-256
        host   replication  \(DatabaseRole.replication.rawValue)  127.0.0.1/32  scram-sha-256

        """
    }

    /// `replication.pgpass`: how a replica signs in.
    package var replicationPassword: String {
        "*:*:*:\(DatabaseRole.replication.rawValue):\(topology.secrets.replication)\n"
    }

    /// The same for all, since any of them may become the primary.
    private var replication: String {
        """
        wal_level = replica
        wal_log_hints = on
        max_wal_senders = 20
        max_replication_slots = 20
        wal_keep_size = 64MB
        max_slot_wal_keep_size = 1GB
        hot_standby = on
        hot_standby_feedback = on
        max_standby_streaming_delay = 5s
        wal_receiver_status_interval = 1s
        wal_receiver_timeout = 5s
        wal_sender_timeout = 10s
        wal_retrieve_retry_interval = 200ms
        """
    }

    /// Every server archives, and not the primary alone: one that dies takes no WAL along that a standby has.
    ///
    /// The mode changes at a start only; the command at any time, and `/bin/true` is PostgreSQL's own way to say “nowhere”.
    private var archiving: String {
        guard let archive else {
            return """
                archive_mode = always
                archive_command = '/bin/true'
                """
        }
        let command = "sh \(ShellWord(layout.archiveScript)) \"%p\" %f \(ShellWord(archive.walFolder))"
        return """
            archive_mode = always
            archive_command = \(quoted(command))
            archive_timeout = 60s
            """
    }

    /// When a primary says that a write is done. A standby is set up for it as well: it may become one at any moment.
    private func confirmation(by server: PostgresServer) -> String {
        guard topology.options.isDurable else { return "synchronous_commit = on" }
        let others = topology.postgresServers.filter { $0 != server }.map { "\"\($0.name)\"" }
        return """
            synchronous_commit = remote_apply
            synchronous_standby_names = 'ANY 1 (\(others.joined(separator: ", ")))'
            """
    }

    private func following(_ upstream: PostgresServer, as server: PostgresServer) -> String {
        let connection = [
            "host=\(escaped(layout.postgresSocketFolder))", "port=\(topology.ports.postgres(upstream))",
            "user=\(DatabaseRole.replication.rawValue)", "passfile=\(escaped(layout.replicationPasswordFile))",
            "application_name=\(server.name)", "connect_timeout=2",
        ]
        // Only the primary keeps slots.
        let slot = upstream == primary ? server.slot : ""
        return """
            primary_conninfo = \(quoted(connection.joined(separator: " ")))
            primary_slot_name = '\(slot)'
            """
    }

    /// A value of a libpq connection string.
    private func escaped(_ value: String) -> String {
        "'" + value.reduce(into: "") { $0 += ($1 == "'" || $1 == "\\" ? "\\" : "") + String($1) } + "'"
    }

    private func quoted(_ path: String) -> String { Self.quoted(path) }

    /// A string as PostgreSQL's configuration files have it.
    static func quoted(_ path: String) -> String {
        "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
