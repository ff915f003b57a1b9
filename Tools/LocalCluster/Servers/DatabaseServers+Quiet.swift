import Postgres

extension DatabaseServers {
    /// Lets the primary finish the writes that it has and begin no others, before it is stopped.
    ///
    /// A write that a shutdown cuts off at its commit may or may not have been made. One that is refused as read-only was
    /// not: the services keep it until there is a primary that takes it.
    func holdWrites(on primary: PostgresServer) async {
        guard (try? configuration.writePostgres(primary: primary, only: primary, takesWrites: false)) != nil else {
            return
        }
        await reload(primary)
        let deadline = ContinuousClock.now + .seconds(1)
        while ContinuousClock.now < deadline {
            // A server tells its sessions of a new configuration a moment later.
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
            let rows = await sessions.ask(
                primary,
                """
                select exists (
                    select from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid())
                """)
            if rows?.boolean(0, 0) == false { return }
        }
    }
}
