/// What one event loop has of one service: its connections to the instances, and the requests that are on their way.
///
/// It carries out what ``UpstreamSelector``, ``IdleConnections``, ``AdmissionQueue`` and ``RetryBudget`` decide.
final class UpstreamPool {
    let group: UpstreamGroup
    let loop: PoolLoop
    var queue: AdmissionQueue<WaitingRequest>
    var isAdmitting = false
    private var selector: UpstreamSelector
    private var budget: RetryBudget
    /// By slot.
    private var instances = [PooledInstance?](repeating: nil, count: EndpointSet.capacity)
    /// Removed, and still with connections.
    private var leaving: [PooledInstance] = []
    private var version: UInt64?
    private(set) var tick: UInt32 = 0
    private var isClosed = false

    init(group: UpstreamGroup, loop: PoolLoop) {
        self.group = group
        self.loop = loop
        queue = AdmissionQueue(limits: group.admission.share(of: loop.index, among: loop.count))
        var retries = group.options.retries
        retries.reserve /= Double(loop.count)
        budget = RetryBudget(policy: retries)
        selector = UpstreamSelector(seed: .random(in: 0 ... .max))
    }

    // MARK: Choosing

    /// Chooses an instance for an exchange, which counts for it until ``finish(_:)``.
    func choose(for exchange: Exchange, now: Int) -> PooledInstance? {
        follow()
        guard let slot = trial(for: exchange, now: now) ?? best(for: exchange, now: now) else { return nil }
        let instance = instances[slot]
        exchange.instance = instance
        exchange.attemptBeganAt = now
        instance?.load.began()
        return instance
    }

    private func best(for exchange: Exchange, now: Int) -> Int? {
        var candidates = UpstreamSelector.Candidates()
        candidates.healthy = group.healthy
        candidates.doubtful = group.doubtful
        candidates.ejected = group.ejected
        candidates.failed = exchange.failedEndpoints
        return selector.select(candidates) { instances[$0]?.load.cost(now: now) ?? .infinity }
    }

    /// One that failed requests is tried again now and then.
    private func trial(for exchange: Exchange, now: Int) -> Int? {
        let candidates = group.ejected.intersection(group.healthy).subtracting(exchange.failedEndpoints)
        guard !candidates.isEmpty else { return nil }
        let slot = group.trial(among: candidates, isRepeatable: exchange.isRepeatable, now: now)
        exchange.trials.ofInstance = slot != nil
        return slot
    }

    /// The exchange no longer counts for its instance.
    func finish(_ exchange: Exchange) {
        exchange.instance?.load.ended()
        exchange.instance = nil
        exchange.trials.ofInstance = false
    }

    /// The list may have changed.
    private func follow() {
        guard version != group.version else { return }
        version = group.version
        queue.limits = group.admission.share(of: loop.index, among: loop.count)
        let members = group.members
        for slot in instances.indices {
            guard let instance = instances[slot], !members.contains(instance.member) else { continue }
            instances[slot] = nil
            instance.isRemoved = true
            for connection in instance.connections.drain() { connection.close() }
            if instance.connections.count > 0 { leaving.append(instance) }
        }
        for member in members where instances[member.slot] == nil {
            instances[member.slot] = PooledInstance(member, limits: group.options.pool)
        }
    }

    // MARK: Outcomes

    /// The exchange's answer has begun.
    func answered(_ exchange: Exchange, now: Int) {
        guard let instance = exchange.instance else { return }
        instance.load.answered(after: now - exchange.attemptBeganAt, now: now)
        if group.isTroubled { group.answered(instance.member, exchange.trials, now: now) }
    }

    /// The exchange's attempt failed on the instance's side.
    func failed(_ exchange: Exchange, cause: String, now: Int) {
        guard let instance = exchange.instance else { return }
        if group.failed(instance.member, exchange.trials, now: now) {
            loop.log.ejected(group.name, instance.member.endpoint, cause: cause)
        }
    }

    /// The exchange has been waiting for its answer.
    func stillWaits(_ exchange: Exchange, now: Int) {
        exchange.instance?.load.stillWaits(since: now - exchange.attemptBeganAt, now: now)
    }

    // MARK: Retries

    func earnRetry() { budget.earn(second: tick / Tick.perSecond) }

    /// - Returns: whether a request may be sent again.
    func spendRetry() -> Bool { budget.spend(second: tick / Tick.perSecond) }

    // MARK: Connections

    func release(_ connection: UpstreamConnection) -> Bool {
        !isClosed && !connection.instance.isRemoved && connection.instance.connections.release(connection, now: tick)
    }

    /// The exchange's connection becomes a tunnel, which whoever holds it closes. It goes on to count as a connection, but no
    /// longer as a request: it takes no request's place, and does not weigh in the choice of an instance.
    func beginTunnel(_ exchange: Exchange) {
        finish(exchange)
        leave(exchange)
    }

    func shutDown() {
        isClosed = true
        for instance in instances {
            for connection in instance?.connections.drain() ?? [] { connection.close() }
        }
    }

    // MARK: Time

    /// Closes what has been idle for too long, answers who has waited for too long, and ejects who is too slow.
    func advance(to tick: UInt32, now: Int) {
        self.tick = tick
        follow()
        for instance in instances {
            for connection in instance?.connections.expire(now: tick) ?? [] { connection.close() }
        }
        leaving.removeAll { $0.connections.count == 0 }
        admitWaiting(now: now)
        ejectSlow(now: now)
        group.report(snapshot, of: loop.index)
    }

    private func ejectSlow(now: Int) {
        let usable = group.healthy.subtracting(group.ejected)
        guard usable.count > 1 else { return }
        let loads = (0..<EndpointSet.capacity).lazy.filter(usable.contains).compactMap { self.instances[$0] }
        for instance in loads where loads.contains(where: { instance.load.isSlow(besides: $0.load, now: now) }) {
            guard group.isSlow(instance.member, now: now) else { continue }
            loop.log.ejected(group.name, instance.member.endpoint, cause: "It takes much longer than the others")
        }
    }

    private var snapshot: UpstreamPoolSnapshot {
        var snapshot = UpstreamPoolSnapshot()
        for instance in instances + leaving {
            snapshot.connections += instance?.connections.count ?? 0
            snapshot.idleConnections += instance?.connections.idleCount ?? 0
        }
        snapshot.requests = queue.underWay
        snapshot.waiting = queue.waiting
        snapshot.refused = queue.refused
        snapshot.retries = budget.spent
        snapshot.retriesRefused = budget.refused
        return snapshot
    }
}
