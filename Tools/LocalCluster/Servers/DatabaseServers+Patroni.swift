import Postgres

/// PostgreSQL under Patroni: who is the primary is Patroni's to say, and the supervisor's to see.
extension DatabaseServers {
    private static let startLimit: Duration = .seconds(120)
    private static let switchLimit: Duration = .seconds(30)

    private var patroni: PatroniClient { PatroniClient(topology: topology) }

    /// Starts Patroni for every server, and returns when one leads, the others follow it, and one of them may take over.
    func startUnderPatroni() async throws {
        if !servers.contains(where: { folder($0).exists }), let first = servers.first {
            // The one that makes the data; the others copy it.
            try await startProcess(first, as: "under Patroni")
        }
        try await runTogether(servers) { try await self.startProcess($0, as: "under Patroni") }
        let deadline = ContinuousClock.now + Self.startLimit
        while true {
            if let view = await patroni.view(), let leader = view.leader, view.running == Set(servers),
                !view.synchronous.isEmpty
            {
                observe(leader, epoch: await newestEpoch(on: leader)?.epoch)
                return progress.say("\(leader.name) leads")
            }
            guard ContinuousClock.now < deadline else {
                throw ClusterError(
                    "Patroni has not brought all PostgreSQL servers up within "
                        + "\(Self.startLimit.components.seconds) s: see \(topology.layout.log(primary.name)).")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Who may take over by Patroni's record, which is a moment behind PostgreSQL's; `nil` without Patroni.
    func recordedSynchronous() async -> Set<PostgresServer>? {
        guard topology.options.isHighlyAvailable else { return nil }
        return await patroni.view()?.synchronous ?? []
    }

    /// Keeps an eye on who leads, until it is cancelled.
    func watchPatroni() async {
        var timeline = 0
        while !Task.isCancelled {
            if let view = await patroni.view(), let leader = view.leader {
                if leader != primary { progress.say("\(leader.name) leads now, in place of \(primary.name)") }
                // The epoch is begun a moment after the timeline.
                let isSettled = leader == primary && timeline == view.timeline
                let newest = isSettled ? nil : await newestEpoch(on: leader)?.epoch
                if let newest, newest > record.epoch || timeline == 0 { timeline = view.timeline }
                observe(leader, epoch: newest)
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    /// Lets another server lead, in order.
    ///
    /// - Parameter name: any that has all that was confirmed, without one.
    func switchOver(to name: String?, progress: Progress) async throws {
        guard let view = await patroni.view(), let leader = view.leader else {
            throw ClusterError("No PostgreSQL server leads at the moment: try again when one does.")
        }
        let target = try name.map { name throws(ClusterError) in try candidate(name, in: view) }
        try await patroni.switchOver(from: leader, to: target)
        let deadline = ContinuousClock.now + Self.switchLimit
        while true {
            if let now = await patroni.view()?.leader, now != leader {
                observe(now, epoch: nil)
                return progress.say("\(now.name) leads, and \(leader.name) follows it")
            }
            guard ContinuousClock.now < deadline else {
                throw ClusterError("\(leader.name) still leads after \(Self.switchLimit.components.seconds) s.")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func candidate(_ name: String, in view: PatroniView) throws(ClusterError) -> PostgresServer {
        guard let server = PostgresServer(name: name), servers.contains(server) else {
            throw ClusterError(
                "There is no server \(name) in this cluster; it has \(servers.map(\.name).joined(separator: ", ")).")
        }
        guard server != view.leader else { throw ClusterError("\(name) is the primary already.") }
        guard view.synchronous.contains(server) else {
            let able = view.synchronous.map(\.name).sorted().joined(separator: ", ")
            throw ClusterError(
                "\(name) need not have all that was confirmed"
                    + (able.isEmpty ? ", and nobody else has at the moment." : ": promote \(able), which has."))
        }
        return server
    }
}
