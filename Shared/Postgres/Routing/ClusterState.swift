import Synchronization

/// What the requests and the monitor of one process share: the servers' states, and how many reads the primary has
/// taken over.
final class ClusterState: Sendable {
    private struct State {
        var registry: ServerRegistry
        var primaryReads = 0
        var random: UInt64
    }

    private let servers: [PostgresServer]
    private let options: ReadRoutingOptions
    private let state: Mutex<State>
    let changes = StateChanges()

    init(servers: [PostgresServer], options: ReadRoutingOptions) {
        self.servers = servers
        self.options = options
        state = Mutex(State(registry: ServerRegistry(serverCount: servers.count), random: .random(in: .min ... .max)))
    }

    /// Looks at or changes the registry.
    func withRegistry<R: Sendable>(_ body: (inout ServerRegistry) -> R) -> R {
        state.withLock { body(&$0.registry) }
    }

    /// Chooses a server for a read. For `primaryForReplica`, ``endPrimaryRead()`` must follow.
    func choose(_ requirement: ReadRequirement, tried: Set<Int>, sawOlder: Bool) -> ReadPlan.Choice {
        let now = ContinuousClock.now
        return state.withLock { state in
            let plan = plan(state.registry, primaryReads: state.primaryReads, at: now)
            // splitmix64 (Steele, Lea, Flood 2014): good enough to spread reads, and no system call.
            state.random &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state.random
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            mixed ^= mixed >> 31
            let choice = plan.choose(requirement, tried: tried, sawOlder: sawOlder, random: mixed)
            if case .primaryForReplica = choice { state.primaryReads += 1 }
            return choice
        }
    }

    /// Chooses among the replicas alone; `nil` when none of them may answer.
    func chooseReplica(_ requirement: ReadRequirement) -> Int? {
        // Of the two only a replica needs nothing to be ended.
        guard !requirement.isStrong else { return nil }
        switch choose(requirement, tried: [], sawOlder: false) {
        case .replica(let server): return server
        case .primaryForReplica:
            endPrimaryRead()
            return nil
        case .primary, .wait, .waitForEpoch, .refuse: return nil
        }
    }

    func endPrimaryRead() { state.withLock { $0.primaryReads -= 1 } }

    /// The legitimate primary, while it answers.
    var primary: Int? {
        let now = ContinuousClock.now
        return state.withLock { $0.registry.primary(at: now) }
    }

    /// Whether no other server has become the primary since this one was chosen.
    func isStillPrimary(_ server: Int) -> Bool { state.withLock { $0.registry.primaryByReport } == server }

    func refusedWrite(_ server: Int) {
        let now = ContinuousClock.now
        state.withLock { $0.registry.refusedWrite(server, at: now) }
    }

    func leftUnanswered(_ server: Int, since start: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        state.withLock { $0.registry.leftUnanswered(server, since: start, at: now) }
    }

    /// Whether some server can answer reads.
    var canRead: Bool {
        let now = ContinuousClock.now
        let (registry, reads) = known
        let plan = plan(registry, primaryReads: reads, at: now)
        return plan.servers.contains { ($0.role == .primary || plan.isInRotation($0)) && $0.isReady }
    }

    var status: PostgresClusterStatus {
        let now = ContinuousClock.now
        let (registry, reads) = known
        let plan = plan(registry, primaryReads: reads, at: now)
        return PostgresClusterStatus(
            epoch: registry.epoch,
            primary: registry.primaryByReport.map { index in
                PostgresClusterStatus.Primary(
                    name: registry.name(of: index) ?? "",
                    isUsable: plan.servers[index].role == .primary && plan.servers[index].isReady)
            },
            replicas: plan.servers.indices.filter { $0 != registry.primaryByReport }.map { index in
                let server = plan.servers[index]
                return PostgresClusterStatus.Replica(
                    name: registry.name(of: index) ?? "", isInRotation: plan.isInRotation(server) && server.isReady,
                    lag: server.staleness)
            })
    }

    private var known: (ServerRegistry, primaryReads: Int) { state.withLock { ($0.registry, $0.primaryReads) } }

    private func plan(
        _ registry: ServerRegistry, primaryReads: Int, at now: ContinuousClock.Instant
    ) -> ReadPlan {
        var known = registry.servers(at: now)
        for index in known.indices {
            known[index].inFlight = servers[index].inFlight
            known[index].isReady = servers[index].client.isReady
        }
        return ReadPlan(
            servers: known, epoch: registry.epoch, maximumStaleness: options.maximumStaleness,
            primaryReadsLeft: options.primaryReads - primaryReads)
    }
}
