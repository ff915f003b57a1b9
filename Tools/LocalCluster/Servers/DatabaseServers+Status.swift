import Postgres

extension DatabaseServers {
    private static let standbys = """
        select application_name, pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint,
            case when replay_lsn < pg_current_wal_lsn()
                then 1000 * extract(epoch from greatest(replay_lag, clock_timestamp() - reply_time)) else 0 end,
            (sync_state in ('sync', 'quorum'))::int
        from pg_stat_replication where state = 'streaming'
        """

    /// The servers' roles, as the primary sees them.
    func statuses() async -> [PostgresServer: ReplicationStatus] {
        let primary = primary
        let rows = await sessions.ask(primary, Self.standbys)
        var statuses: [PostgresServer: ReplicationStatus] = [:]
        for server in servers {
            statuses[server] =
                server == primary
                ? ReplicationStatus(role: .primary, epoch: record.epoch)
                : ReplicationStatus(role: folder(server).isFenced || !folder(server).isStandby ? .fenced : .standby)
        }
        guard let rows else { return statuses }
        let recorded = await recordedSynchronous()
        for row in 0..<rows.count {
            guard let server = rows.text(row, 0).flatMap(PostgresServer.init(name:)), statuses[server] != nil else {
                continue
            }
            statuses[server]?.epoch = record.epoch
            statuses[server]?.lagBytes = rows.integer(row, 1).map { max(0, $0) }
            statuses[server]?.isSynchronous = recorded?.contains(server) ?? (rows.integer(row, 3) == 1)
            statuses[server]?.lagMilliseconds = rows.text(row, 2).flatMap(Double.init).map { $0.rounded() }
        }
        return statuses
    }
}
