import Postgres

extension DatabaseServers {
    /// Starts the recorded primary, and then the others, which follow it.
    func start() async throws {
        if topology.options.isHighlyAvailable { return try await startUnderPatroni() }
        let unfinished = record.state == .promoting ? record.previousServer : nil
        if unfinished != nil {
            progress.say("the promotion of \(record.primary), which was cut off, goes on")
        }
        if unfinished != nil, unfinished != primary {
            try await finishFencedPromotion()
        } else {
            try await startPrimary(primary)
        }
        let primary = primary
        try await ClusterDatabase(topology, primary: primary).setUpRoles()
        try await dropSlots(except: standbys(of: primary))
        try await runTogether(standbys(of: primary)) { try await self.startStandby($0) }
        if record.state == .promoting, let unfinished {
            try await finishPromotion(inOrder: true, progress: progress)
            try await startStandby(unfinished)
            await release(unfinished)
        }
    }

    /// The old primary is out of the way: the standbys alone know how to go on.
    private func finishFencedPromotion() async throws {
        guard let old = record.previousServer else { return }
        if folder(old).exists, !folder(old).isFenced { try folder(old).fence("\(record.primary) took over.") }
        let target = record.primaryServer
        let others = standbys(of: target).filter { $0 != old && folder($0).isStandby && !folder($0).isFenced }
        for server in [target] + others { try await startProcess(server, as: "a standby until then") }
        try await finishPromotion(inOrder: false, progress: progress)
    }

    private func startPrimary(_ primary: PostgresServer) async throws {
        let folder = folder(primary)
        if !folder.exists {
            try checkNothingIsLost(primary)
            try await progress.step {
                try await setup.initialise(primary)
                return "data folder of \(primary.name) made"
            }
            try keep(record)
        }
        guard !folder.isStandby else {
            throw ClusterError(
                "\(primary.name) is the primary as \(topology.layout.primaryRecord) says, but its folder is a standby's: "
                    + "write the right server into that file.")
        }
        try await startProcess(primary, as: "the primary")
    }

    /// Whoever removed the primary's folder alone did not mean to begin with an empty database.
    private func checkNothingIsLost(_ primary: PostgresServer) throws(ClusterError) {
        guard let other = (1...PostgresServer.most).map(PostgresServer.init).first(where: { folder($0).exists })
        else { return }
        throw ClusterError(
            "The folder \(folder(primary).path) of the primary is missing, while that of \(other.name) is there: bring it "
                + "back, or write \(other.name) into \(topology.layout.primaryRecord) after removing "
                + "\(folder(other).path)/standby.signal.")
    }

    /// Brings a standby to where it follows the primary, whatever state its folder is in.
    func startStandby(_ server: PostgresServer) async throws {
        let folder = folder(server)
        let couldFollow = try await reserveSlot(for: server)
        if folder.isFenced || (folder.exists && !folder.isStandby) {
            try await makeFollower(server)
        } else if !folder.exists {
            try await copyPrimary(to: server, reason: nil)
        } else if !couldFollow {
            try await copyPrimary(
                to: server, reason: "\(primary.name) no longer has what \(server.name) has not received")
        }
        try await startProcess(server, as: "a standby")
        if try await !isFollowing(server, within: .seconds(10)) {
            try await remake(server, reason: "\(server.name) cannot follow \(primary.name)")
        }
        try await dropSlots(on: server)
    }

    /// Stops a standby, makes it anew from the primary, and starts it.
    func remake(_ server: PostgresServer, reason: String) async throws {
        let process = try process(server)
        await process.hold()
        do {
            await process.end(.postgres)
            _ = try await reserveSlot(for: server, isFresh: true)
            try await copyPrimary(to: server, reason: reason)
            try await startProcess(server, as: "a standby")
        } catch {
            await process.release()
            throw error
        }
        await process.release()
        guard try await isFollowing(server, within: .seconds(20)) else {
            throw ClusterError(
                "\(server.name) does not follow \(primary.name): see \(topology.layout.log(server.name)).")
        }
    }

    func startProcess(_ server: PostgresServer, as role: String) async throws {
        let process = try process(server)
        guard await !process.isRunning else { return }
        try await progress.step {
            try await process.start()
            return "\(server.name) is ready on 127.0.0.1:\(topology.ports.postgres(server)), \(role)"
        }
    }

    // MARK: Making standbys

    /// Makes a former primary follow the present one: rewound, or else copied anew.
    func makeFollower(_ server: PostgresServer) async throws {
        // pg_rewind goes by the control file, which tells of a promotion after a checkpoint only.
        try await sessions.execute(on: primary, within: .seconds(60), "checkpoint")
        let start = ContinuousClock.now
        if folder(server).exists, try await setup.rewind(server, to: primary) {
            progress.say(
                "\(server.name), a former primary, rewound to \(primary.name) in \((ContinuousClock.now - start).inSeconds)"
            )
        } else {
            try await copyPrimary(to: server, reason: "\(server.name) cannot be rewound to \(primary.name)")
        }
    }

    private func copyPrimary(to server: PostgresServer, reason: String?) async throws {
        if let reason { progress.say("\(reason): it is made anew") }
        try await progress.step {
            try await setup.copy(to: server, from: primary) { share in
                self.progress.say("\(server.name): \(share) of \(self.primary.name) copied")
            }
            return "\(server.name) copied from \(primary.name) (base backup)"
        }
    }

    // MARK: Following

    /// Makes the primary keep what the server has not received yet.
    ///
    /// - Parameter isFresh: what it kept until now is of no use.
    /// - Returns: whether it has kept all of it until now.
    func reserveSlot(for server: PostgresServer, isFresh: Bool = false) async throws -> Bool {
        let primary = primary
        let rows = try await sessions.execute(
            on: primary,
            "select coalesce(wal_status, 'lost') from pg_replication_slots where slot_name = '\(server.slot)'")
        let isUsable = rows.text(0, 0).map { $0 != "lost" } ?? false
        if isUsable, !isFresh { return true }
        if !rows.isEmpty {
            try await sessions.execute(on: primary, "select pg_drop_replication_slot('\(server.slot)')")
        }
        try await sessions.execute(
            on: primary, "select pg_create_physical_replication_slot('\(server.slot)', true)")
        return false
    }

    /// Whether the primary sends its log to the server, before `limit` is over.
    func isFollowing(_ server: PostgresServer, within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            let rows = try await sessions.execute(
                on: primary,
                """
                select exists (
                    select from pg_stat_replication
                    where application_name = '\(server.name)' and state = 'streaming')
                """)
            if rows.boolean(0, 0) == true { return true }
            if ContinuousClock.now >= deadline { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Drops slots of servers that are no longer there: each would keep the log for ever.
    func dropSlots(except servers: [PostgresServer]) async throws {
        let kept = servers.map { "'\($0.slot)'" }.joined(separator: ", ")
        try await sessions.execute(
            on: primary,
            """
            select pg_drop_replication_slot(slot_name) from pg_replication_slots
            where not active and slot_name like 'postgres\\_%'\(kept.isEmpty ? "" : " and slot_name not in (\(kept))")
            """)
    }

    /// What a standby kept while it was the primary.
    private func dropSlots(on standby: PostgresServer) async throws {
        try await sessions.execute(
            on: standby, "select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active")
    }
}
