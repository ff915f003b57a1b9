import Postgres

/// Promotion, in steps that may each be taken again: the record, the fence, the promotion, the epoch.
///
/// `docs/decisions/0010` says what is promised and why the steps come in this order.
extension DatabaseServers {
    /// Makes a standby the primary. When this returns, services can write to it.
    ///
    /// - Throws: ``ClusterError`` when it cannot be; nothing has been changed then, unless the sentence says so.
    func promote(_ name: String, progress: Progress) async throws {
        let answers = await sessions.ask(primary, "select") != nil
        let target = try await candidate(name, primaryAnswers: answers)
        let old = record.state == .promoting ? record.previousServer ?? primary : primary
        if answers {
            // What is written now need not be at the shutdown.
            _ = await sessions.ask(old, within: .seconds(1), "checkpoint")
        }
        let epoch = max(record.epoch, await newestEpoch(on: target)?.epoch ?? 0) + 1
        try keep(PrimaryRecord(epoch: epoch, primary: target, state: .promoting, previous: old))
        try await finishPromotion(inOrder: answers, progress: progress)
    }

    /// Goes through the steps that the recorded promotion has not taken yet.
    ///
    /// - Parameter inOrder: the old primary answers: it is given the time to hand over what it has.
    func finishPromotion(inOrder: Bool, progress: Progress) async throws {
        guard let old = record.previousServer else { return }
        let target = record.primaryServer
        if !folder(old).isFenced {
            if inOrder { await holdWrites(on: old) }
            try await progress.step { try await fence(old, inOrder: inOrder) }
        }
        if await isInRecovery(target) != false {
            do {
                try await bringLevel(target, progress: progress)
            } catch let error as ClusterError {
                try await giveUp(backTo: old)
                throw ClusterError("\(error.sentence) \(old.name) is the primary again.")
            }
            try await progress.step {
                try await raise(target)
                return "\(target.name) is promoted"
            }
        }
        setPrimary(target)
        try configuration.writePostgres(primary: target)
        for server in standbys(of: target) { _ = try await reserveSlot(for: server) }
        for server in servers { await reload(server) }
        try await beginEpoch(on: target)
        try keep(PrimaryRecord(epoch: record.epoch, primary: target))
        progress.say("\(target.name) is the primary of epoch \(record.epoch): writes go to it from now on")
    }

    /// Lets every other server follow the primary, the former one above all; tried until it is so.
    func restoreStandbys() async throws {
        var complaint = ""
        var pause = Duration.milliseconds(500)
        while true {
            do {
                for server in standbys(of: primary) { try await restore(server) }
                return
            } catch let error as ClusterError {
                try Task.checkCancellation()
                if error.sentence != complaint { progress.say("\(error.sentence) It is tried again.") }
                complaint = error.sentence
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(10))
            }
        }
    }

    private func restore(_ server: PostgresServer) async throws {
        let process = try process(server)
        if await process.isRunning {
            // One that is paused has its reasons.
            guard await process.isHealthy, try await !isFollowing(server, within: .seconds(10)) else { return }
            try await remake(server, reason: "\(server.name) cannot follow \(primary.name)")
        } else {
            await process.hold()
            try await startStandby(server)
            await process.release()
        }
        progress.say("\(server.name) follows \(primary.name)")
    }

    func release(_ server: PostgresServer) async { try? await process(server).release() }

    // MARK: Steps

    /// Ends the old primary for good: at once if it is hung or paused, in order if it can, so that nothing is lost.
    private func fence(_ old: PostgresServer, inOrder: Bool) async throws -> String {
        let process = try process(old)
        await process.hold()
        let isHealthy = inOrder ? await process.isHealthy : false
        let endedWell = await process.end(
            isHealthy ? StopSequence((.interrupt, .seconds(2))) : StopSequence(), wakes: false)
        try Task.checkCancellation()
        try folder(old).fence(
            "\(record.primary) took over from \(old.name) with epoch \(record.epoch); desk rewinds this folder to it.")
        return "\(old.name) is \(isHealthy && endedWell ? "stopped" : "killed"), and its folder fenced"
    }

    /// Lets the new primary have all that any standby has: only then can the others follow it, and in durable mode
    /// nothing that was confirmed is lost.
    private func bringLevel(_ target: PostgresServer, progress: Progress) async throws {
        var positions: [PostgresServer: Int] = [:]
        let others = standbys(of: target).filter { $0 != record.previousServer }
        for server in [target] + others {
            if let position = try await settledPosition(server) { positions[server] = position }
        }
        guard let own = positions[target] else {
            throw ClusterError("\(target.name) no longer answers, and cannot be promoted.")
        }
        if topology.options.isDurable, let silent = others.first(where: { positions[$0] == nil }) {
            throw ClusterError(
                "\(silent.name) does not answer, and it alone may have a write that was confirmed: resume it first.")
        }
        guard let best = positions.max(by: { $0.value < $1.value }), best.value > own else { return }
        try await progress.step {
            try configuration.writePostgres(primary: primary, only: target, following: best.key)
            await reload(target)
            let deadline = ContinuousClock.now + .seconds(10)
            while await position(target)?.lsn ?? 0 < best.value {
                guard ContinuousClock.now < deadline else {
                    throw ClusterError("\(target.name) could not get from \(best.key.name) what it lacks.")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            return "\(target.name) has caught up with \(best.key.name), which was ahead"
        }
    }

    private func raise(_ target: PostgresServer) async throws {
        let rows = try await sessions.execute(on: target, within: .seconds(30), "select pg_promote(true, 30)")
        guard rows.boolean(0, 0) == true, await isInRecovery(target) == false else {
            throw ClusterError(
                "\(target.name) could not be promoted: see \(topology.layout.log(target.name)), and then "
                    + "./desk promote \(target.name) once more.")
        }
    }

    /// Writes down, in the database itself, whose writes count from now on.
    private func beginEpoch(on target: PostgresServer) async throws {
        guard let newest = await newestEpoch(on: target) else { return }
        if newest.server == target.name, newest.epoch >= record.epoch { return }
        var next = record
        next.epoch = max(record.epoch, newest.epoch + 1)
        try keep(next)
        let session = try await sessions.open(target, database: DatabaseRole.database)
        try await session.execute(
            "insert into primary_epochs (epoch, server) values ($1, $2)", [.integer(next.epoch), .text(target.name)])
    }

    /// The old primary goes on as if nothing had been asked.
    private func giveUp(backTo old: PostgresServer) async throws {
        try folder(old).unfence()
        try keep(PrimaryRecord(epoch: record.epoch - 1, primary: old))
        setPrimary(old)
        try configuration.writePostgres(primary: old)
        for server in standbys(of: old) { await reload(server) }
        let process = try process(old)
        do { try await process.start() } catch { progress.say("\(old.name) did not come back: \(error)") }
        await process.release()
    }

    // MARK: Questions

    func reload(_ server: PostgresServer) async {
        // One that does not run reads its configuration when it starts.
        try? await process(server).send(.hangUp)
    }

    func isInRecovery(_ server: PostgresServer) async -> Bool? {
        await sessions.ask(server, within: .seconds(2), "select pg_is_in_recovery()")?.boolean(0, 0)
    }

    /// How far a standby has received the log, in bytes from its beginning, and whether it goes on receiving.
    func position(_ server: PostgresServer) async -> (lsn: Int, isReceiving: Bool)? {
        let rows = await sessions.ask(
            server,
            """
            select pg_wal_lsn_diff(
                greatest(coalesce(pg_last_wal_receive_lsn(), '0/0'), coalesce(pg_last_wal_replay_lsn(), '0/0')),
                '0/0')::bigint, exists (select from pg_stat_wal_receiver where status = 'streaming')
            where pg_is_in_recovery()
            """)
        guard let rows, let lsn = rows.integer(0, 0) else { return nil }
        return (lsn, rows.boolean(0, 1) ?? false)
    }

    /// The position once what was under way from the dead primary has arrived.
    private func settledPosition(_ server: PostgresServer) async throws -> Int? {
        let deadline = ContinuousClock.now + .seconds(2)
        while let position = await position(server) {
            if !position.isReceiving || ContinuousClock.now >= deadline { return position.lsn }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }

    /// `nil` where the schema does not know of epochs.
    func newestEpoch(on server: PostgresServer) async -> (epoch: Int, server: String)? {
        let rows = await sessions.ask(
            server, within: .seconds(2), database: DatabaseRole.database,
            "select epoch, server from primary_epochs order by epoch desc limit 1")
        guard let rows, let epoch = rows.integer(0, 0), let name = rows.text(0, 1) else { return nil }
        return (epoch, name)
    }
}
