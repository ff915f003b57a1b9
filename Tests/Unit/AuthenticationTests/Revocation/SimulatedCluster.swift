import Authentication

/// PostgreSQL, Redis, two Auth instances and one process that follows them, on a virtual clock of milliseconds.
///
/// Messages take their time, wait in a server that is paused, and are carried out late and in any order. The script that
/// Auth publishes by is modelled by what it promises; the real one is tried against a real Redis.
struct SimulatedCluster {
    struct Stream {
        var generation: RevocationGeneration
        var last = 0
        var highest = 0
        var run = ""
        var sequence = 0
        var readAfter = 0
    }

    struct Seen {
        var generation: RevocationGeneration
        var run: String
        var sequence: Int
    }

    struct Auth {
        var isAlive = true
        /// Restarted so often: answers to an earlier life are nobody's.
        var life = 0
        var seen: Seen?
        var memory = 0
        var reachesRedisFrom = 0
        /// Logouts that wait for a publication begun after them.
        var waiting: [(number: Int, since: Int)] = []
    }

    enum Event {
        case beat(auth: Int)
        case publish(auth: Int, life: Int, readAt: Int, highest: Int, seen: Seen?)
        case published(auth: Int, life: Int, readAt: Int, seen: Seen)
        case poll
        case pollAtRedis(RevocationFeed.Position, askedAt: Int)
        case pollAnswer(RevocationStreamAnswer?, RevocationFeed.Position, askedAt: Int)
        case ask
        case reports([RevocationReport], RevocationFeed.Position, askedAt: Int)
        case logout
    }

    private(set) var now = 0
    private(set) var feed: RevocationFeed
    /// When each commit's client was told, by number.
    private(set) var promises: [Int: Int] = [:]
    /// Tokens that were accepted too late: the number, and how long after the promise.
    private(set) var violations: [(number: Int, after: Int)] = []
    private var committed = 0
    private var stream: Stream?
    private var run = 0
    private var generations = 0
    private var auths = [Auth(), Auth()]
    private var events: [(at: Int, event: Event)] = []
    private var random: SeededGenerator
    var redisPausedUntil = 0
    var databaseDownUntil = 0
    var suspendedUntil = 0
    var followerReachesRedisFrom = 0
    var followerReachesAuthFrom = 0

    private static let start = ContinuousClock.now

    init(seed: UInt64, timing: RevocationTiming = RevocationTiming()) {
        feed = RevocationFeed(timing: timing)
        random = SeededGenerator(seed: seed)
        events = [(0, .poll), (0, .ask), (0, .beat(auth: 0)), (37, .beat(auth: 1)), (400, .logout)]
    }

    static func instant(_ time: Int) -> RevocationFeed.Instant { start + .milliseconds(time) }

    static func token(_ number: Int) -> AccessToken {
        AccessToken(
            userID: 1, tokenID: "t\(number)", sessionID: "s", epoch: 0, role: .user, issuedAt: 0, expiresAt: .max)
    }

    mutating func chance(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    // MARK: Time

    mutating func run(until end: Int) {
        while now < end {
            var due: [Event] = []
            events.removeAll { entry in
                guard entry.at <= now else { return false }
                due.append(entry.event)
                return true
            }
            due.shuffle(using: &random)
            for event in due { carryOut(event) }
            promiseLate()
            if now >= suspendedUntil { judge() }
            now += 1
        }
    }

    /// A second after the promise the token must not pass.
    private mutating func judge() {
        for (number, promise) in promises where now >= promise + 1000 && now < promise + 8000 {
            if feed.verdict(on: Self.token(number), now: Self.instant(now)) == .valid {
                violations.append((number, now - promise))
            }
        }
    }

    private mutating func promiseLate() {
        for index in auths.indices where auths[index].isAlive {
            for waiting in auths[index].waiting where now >= waiting.since + 1000 { promises[waiting.number] = now }
            auths[index].waiting.removeAll { $0.since + 1000 <= now }
        }
    }

    private mutating func later(_ delay: Int, _ event: Event) { events.append((now + delay, event)) }

    /// Until the message has reached Redis and is carried out.
    private mutating func wayToRedis() -> Int { max(redisPausedUntil - now, 0) + chance(1...4) }

    private mutating func carryOut(_ event: Event) {
        switch event {
        case .beat(let auth):
            publish(auth)
            later(chance(95...130), .beat(auth: auth))
        case .publish(let auth, let life, let readAt, let highest, let seen):
            guard now >= redisPausedUntil else { return later(wayToRedis(), event) }
            publishAtRedis(auth, life, readAt, highest, seen)
        case .published(let auth, let life, let readAt, let seen): published(auth, life, readAt, seen)
        case .poll:
            guard now >= suspendedUntil else { return later(suspendedUntil - now, .poll) }
            if now >= followerReachesRedisFrom { later(wayToRedis(), .pollAtRedis(feed.position, askedAt: now)) }
            later(chance(50...60), .poll)
        case .pollAtRedis(let position, let askedAt):
            guard now >= redisPausedUntil else { return later(wayToRedis(), event) }
            later(chance(1...4), .pollAnswer(answer(position), position, askedAt: askedAt))
        case .pollAnswer(let answer, let position, let askedAt):
            guard now >= suspendedUntil else { return later(suspendedUntil - now, event) }
            guard now - askedAt <= 100 else { return }
            _ = feed.receive(answer, to: position, askedAt: Self.instant(askedAt))
        case .ask:
            guard now >= suspendedUntil else { return later(suspendedUntil - now, .ask) }
            if feed.needsAuth(now: Self.instant(now)) {
                later(chance(2...8), .reports(reports(feed.position), feed.position, askedAt: now))
            }
            later(150, .ask)
        case .reports(let reports, let position, let askedAt):
            guard now >= suspendedUntil else { return later(suspendedUntil - now, event) }
            _ = feed.receive(reports, to: position, askedAt: Self.instant(askedAt))
        case .logout:
            logout()
            later(chance(150...900), .logout)
        }
    }

    // MARK: Auth

    private mutating func logout() {
        let auth = chance(0...1)
        guard auths[auth].isAlive, now >= databaseDownUntil else { return }
        committed += 1
        auths[auth].memory = committed
        auths[auth].waiting.append((committed, now))
        publish(auth)
    }

    private mutating func publish(_ auth: Int) {
        guard auths[auth].isAlive, now >= databaseDownUntil else { return }
        auths[auth].memory = committed
        guard now >= auths[auth].reachesRedisFrom else { return }
        later(
            wayToRedis(),
            .publish(
                auth: auth, life: auths[auth].life, readAt: now, highest: committed, seen: auths[auth].seen))
    }

    private mutating func publishAtRedis(_ auth: Int, _ life: Int, _ readAt: Int, _ highest: Int, _ seen: Seen?) {
        if stream == nil {
            generations += 1
            stream = Stream(generation: RevocationGeneration(epoch: 1, nonce: "\(generations)"))
        }
        guard var stream else { return }
        let current = "\(run)"
        if stream.run != current { stream.readAfter = 0 }
        if let seen, seen.generation == stream.generation, seen.run == current {
            stream.readAfter = max(stream.readAfter, seen.sequence)
        }
        stream.last = max(stream.last, highest)
        stream.highest = max(stream.highest, highest)
        stream.run = current
        stream.sequence += 1
        self.stream = stream
        later(
            chance(1...4),
            .published(
                auth: auth, life: life, readAt: readAt,
                seen: Seen(generation: stream.generation, run: current, sequence: stream.sequence)))
    }

    private mutating func published(_ auth: Int, _ life: Int, _ readAt: Int, _ seen: Seen) {
        guard auths[auth].isAlive, auths[auth].life == life, now - readAt <= 100 else { return }
        auths[auth].seen = seen
        for waiting in auths[auth].waiting where waiting.since <= readAt { promises[waiting.number] = now }
        auths[auth].waiting.removeAll { $0.since <= readAt }
    }

    private func reports(_ position: RevocationFeed.Position) -> [RevocationReport] {
        auths.map { auth in
            if now < followerReachesAuthFrom { return .silent }
            guard auth.isAlive else { return .gone }
            guard now >= databaseDownUntil else { return .memory(epoch: auth.memory > 0 ? 1 : 0, highest: auth.memory) }
            return .database(
                RevocationPage(epoch: 1, highest: committed, floor: 1, revocations: rows(position.last, committed)))
        }
    }

    private func rows(_ after: Int, _ last: Int) -> [Revocation] {
        guard after < last else { return [] }
        return (after + 1...last).map { Revocation(number: $0, subject: .token("t\($0)"), expiresAt: .max) }
    }

    private func answer(_ position: RevocationFeed.Position) -> RevocationStreamAnswer? {
        stream.map { stream in
            RevocationStreamAnswer(
                generation: stream.generation, run: "\(run)",
                beat: .init(
                    run: stream.run, sequence: stream.sequence, readAfter: stream.readAfter, highest: stream.highest),
                floor: 1, entries: rows(position.generation == stream.generation ? position.last : 0, stream.last),
                isFull: false)
        }
    }

    // MARK: Faults

    /// Redis starts again and has lost its last entries, or everything.
    mutating func restartRedis(losing count: Int?) {
        run += 1
        guard let count, var remaining = stream else { return stream = nil }
        remaining.last -= min(count, remaining.last)
        remaining.highest = min(remaining.highest, remaining.last)
        stream = remaining
    }

    mutating func flushRedis() { stream = nil }

    mutating func kill(auth: Int) {
        auths[auth] = Auth(isAlive: false, life: auths[auth].life + 1)
    }

    mutating func restart(auth: Int) { auths[auth].isAlive = true }

    mutating func cut(auth: Int, fromRedisFor time: Int) { auths[auth].reachesRedisFrom = now + time }
}

/// SplitMix64: the same seed gives the same run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
