import Consistency
import Postgres
import TestSupport

/// A primary and lagging replicas, read by the real ``ReadPlan`` and told from one another by the real
/// ``RevisionLoss``. Time counts in milliseconds and passes only when it is told to.
struct SimulatedCluster {
    /// What is deliberately broken.
    enum Mutant: CaseIterable {
        case none
        /// The router asks any replica, whatever the client has seen.
        case tokenIgnored
        /// Rows of one server, and the revision of another.
        case revisionOfAnotherSnapshot
        /// A new epoch's answer is taken for newer because its number is higher.
        case basesIgnored
        /// A replica stays in rotation however far behind it is.
        case stalenessIgnored
        /// The cache answers whatever the client has seen.
        case cacheIgnoresToken
        /// The cache keeps what it has, whatever it hears of, and for how long.
        case cacheKeeps
    }

    enum Answer {
        case rows(Set<HistoryEvent.Mark>, Revision)
        /// With the revision to go on from.
        case changesLost(Revision)
        case unavailable
    }

    static let maximumStaleness = 1000
    static let cacheAge = 1000
    private static let start = ContinuousClock.now

    let mutant: Mutant
    private(set) var now = 0
    private(set) var promotions = 0
    private(set) var primary = 0
    private(set) var servers: [SimulatedServer]
    private var random: SeededGenerator
    /// Of the instances that serve reads.
    private var caches: [RevisionCache<Set<HistoryEvent.Mark>, Never>]
    private(set) var cacheHits = 0
    /// When each entry of the primary's log was written.
    private var writtenAt: [Int] = []

    init(servers: Int, mutant: Mutant, seed: UInt64) {
        self.mutant = mutant
        self.servers = Array(repeating: SimulatedServer(), count: servers)
        random = SeededGenerator(seed: seed)
        let age = mutant == .cacheKeeps ? Duration.seconds(1 << 30) : .milliseconds(Self.cacheAge)
        caches = (0..<2).map { _ in
            RevisionCache(
                capacity: 1 << 20, age: age, staleness: .milliseconds(Self.maximumStaleness), now: Self.start)
        }
    }

    // MARK: What happens around the clients

    mutating func pass(milliseconds: Int) { now += milliseconds }

    mutating func setPaused(_ server: Int, _ isPaused: Bool) { servers[server].isPaused = isPaused }

    /// A replica replays some of what it lacks.
    mutating func replicate(_ server: Int, atMost count: Int) {
        guard server != primary, !servers[server].isPaused else { return }
        let missing = servers[primary].log.dropFirst(servers[server].log.count).prefix(count)
        for entry in missing { servers[server].replay(entry) }
    }

    /// The process asks its servers how far they are, as it does several times a second.
    mutating func probe() {
        for index in servers.indices where !servers[index].isPaused {
            let replayed = servers[index].log.count
            servers[index].knownCompleteAsOf = replayed < writtenAt.count ? writtenAt[replayed] : now
        }
    }

    /// The primary is lost with all that this replica has not replayed.
    mutating func promote(_ server: Int) {
        guard server != primary else { return }
        promotions += 1
        let epoch = (servers.map(\.epoch).max() ?? 0) + 1
        writtenAt = Array(writtenAt.prefix(servers[server].log.count)) + [now]
        servers[server].isPaused = false
        let shared = servers[server].log
        servers[server].replay(.promotion(epoch: epoch))
        primary = server
        for index in servers.indices where index != server {
            servers[index].rewind(to: shared.prefix(servers[index].log.count))
        }
    }

    /// An instance hears of a change that another one has made; whether it ever does is left to chance.
    mutating func hear(ofChangeBy user: Int) {
        guard mutant != .cacheKeeps else { return }
        let instance = caches.indices.randomElement(using: &random) ?? 0
        caches[instance].invalidate(userID: user, now: instant)
    }

    private var instant: ContinuousClock.Instant { Self.start + .milliseconds(now) }

    // MARK: What clients ask

    /// As `raise_revision` does it.
    mutating func write(_ mark: HistoryEvent.Mark, user: Int, told: Revision?) -> Answer {
        guard !servers[primary].isPaused else { return .unavailable }
        let before = servers[primary].user(user)
        if let told, isLost(told, before) { return .changesLost(before.revision) }
        let revision = Revision(epoch: servers[primary].epoch, number: before.revision.number + 1)
        servers[primary].replay(.write(user: user, mark: mark, revision: revision))
        writtenAt.append(now)
        return .rows(servers[primary].user(user).marks, revision)
    }

    /// As a service's instance does it: from its cache, or else from a server.
    mutating func readThroughCache(user: Int, told: Revision?) -> Answer {
        let instance = caches.indices.randomElement(using: &random) ?? 0
        let key = RevisionCache<Set<HistoryEvent.Mark>, Never>.Key(userID: user, target: "/")
        switch caches[instance].ask(key, told: mutant == .cacheIgnoresToken ? nil : told, now: instant) {
        case .hit(let entry):
            cacheHits += 1
            return .rows(entry.answer, entry.revision)
        case .joined, .pass: return read(user: user, told: told, isStrong: false)
        case .read:
            let answer = read(user: user, told: told, isStrong: false)
            var entry: RevisionCache<Set<HistoryEvent.Mark>, Never>.Entry?
            if case .rows(let marks, let revision) = answer { entry = .init(marks, revision: revision, bytes: 1) }
            _ = caches[instance].finish(key, with: entry, now: instant)
            return answer
        }
    }

    /// As ``PostgresCluster`` and ``UserDatabase`` do it.
    mutating func read(user: Int, told: Revision?, isStrong: Bool) -> Answer {
        let minimum = mutant == .tokenIgnored ? nil : told
        let requirement = ReadRequirement(minimum: minimum, isStrong: isStrong)
        var tried: Set<Int> = []
        var sawOlder = false
        while true {
            switch plan.choose(requirement, tried: tried, sawOlder: sawOlder, random: random.next()) {
            case .replica(let server):
                let found = answer(of: server, user)
                guard found.revision < minimum ?? .zero else { return checked(found, user, minimum) }
                tried.insert(server)
                sawOlder = true
            case .primary(let server), .primaryForReplica(let server):
                let found = answer(of: server, user)
                if found.revision < minimum ?? .zero { return .changesLost(found.revision) }
                return checked(found, user, minimum)
            case .wait, .waitForEpoch, .refuse: return .unavailable
            }
        }
    }

    private var plan: ReadPlan {
        ReadPlan(
            servers: servers.indices.map { index in
                ReadPlan.Server(
                    role: servers[index].isPaused ? .none : index == primary ? .primary : .replica,
                    epoch: servers[index].epoch,
                    staleness: .milliseconds(now - servers[index].knownCompleteAsOf), inFlight: 0, isReady: true)
            },
            epoch: servers[primary].epoch,
            maximumStaleness: mutant == .stalenessIgnored ? .seconds(1 << 30) : .milliseconds(Self.maximumStaleness),
            primaryReadsLeft: 10)
    }

    private func answer(of server: Int, _ user: Int) -> SimulatedUser {
        var answer = servers[server].user(user)
        if mutant == .revisionOfAnotherSnapshot { answer.revision = servers[primary].user(user).revision }
        return answer
    }

    private func checked(_ found: SimulatedUser, _ user: Int, _ told: Revision?) -> Answer {
        guard let told, mutant != .basesIgnored, RevisionLoss.mustAskBases(told: told, answered: found.revision) else {
            return .rows(found.marks, found.revision)
        }
        guard !servers[primary].isPaused else { return .unavailable }
        let present = servers[primary].user(user)
        if present.revision < found.revision || isLost(told, present) { return .changesLost(present.revision) }
        return .rows(found.marks, found.revision)
    }

    private func isLost(_ told: Revision, _ present: SimulatedUser) -> Bool {
        if mutant == .basesIgnored { return present.revision < told }
        let bases = present.bases.filter { $0.key > told.epoch }.values
        return RevisionLoss.isLost(told: told, now: present.revision, lowestBase: bases.min())
    }
}
