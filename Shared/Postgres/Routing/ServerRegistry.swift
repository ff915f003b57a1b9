/// What a process knows of its servers from what they said when they were asked. Pure: it asks nobody and reads no
/// clock.
package struct ServerRegistry: Sendable {
    private struct Entry {
        var report: ServerReport?
        /// When the question was sent that was answered last.
        var answeredAt: ContinuousClock.Instant?
        /// When the question was sent that is not answered yet.
        var askedAt: ContinuousClock.Instant?
        /// When the last question was sent, if it was not answered.
        var failedAt: ContinuousClock.Instant?
        /// Questions in a row without an answer.
        var failures = 0
        /// It shows everything that was committed on the primary by then.
        var completeAsOf: ContinuousClock.Instant?
        /// It gave no answer to a read, or refused a write: what it said before that counts no more.
        var doubtedAt: ContinuousClock.Instant?
    }

    /// What is known of a server is forgotten when it is older.
    package static let memory = Duration.milliseconds(1500)
    /// A replica that has not answered a question of this age leaves rotation.
    package static let replicaMemory = Duration.milliseconds(1000)
    /// A healthy server answers long before.
    package static let patience = Duration.milliseconds(150)

    private var entries: [Entry]
    private var heartbeats = HeartbeatLog()
    /// When a question was sent last that the legitimate primary answered.
    private var primarySeenAt: ContinuousClock.Instant?
    /// The highest that any server has shown.
    package private(set) var epoch = 0

    package init(serverCount: Int) { entries = Array(repeating: Entry(), count: serverCount) }

    // MARK: What happens

    package mutating func asked(_ server: Int, at instant: ContinuousClock.Instant) {
        entries[server].askedAt = instant
    }

    /// - Parameter asked: when the question was sent.
    /// - Returns: the servers that have just lost the role of the primary: their connections must go.
    package mutating func answered(
        _ server: Int, _ report: ServerReport, asked: ContinuousClock.Instant
    ) -> [Int] {
        let before = primaryByReport
        entries[server].report = report
        entries[server].answeredAt = asked
        entries[server].askedAt = nil
        entries[server].failedAt = nil
        entries[server].failures = 0
        if let doubted = entries[server].doubtedAt, doubted < asked { entries[server].doubtedAt = nil }
        if report.epoch > epoch {
            epoch = report.epoch
            heartbeats.removeAll()
        }
        if primaryByReport == server {
            primarySeenAt = asked
            if report.beatAge >= .zero { heartbeats.raised(report.beat, noEarlierThan: asked - report.beatAge) }
        }
        noteCompleteness()
        guard let before, before != primaryByReport else { return [] }
        return [before]
    }

    /// - Parameter asked: when the question was sent.
    package mutating func failed(_ server: Int, asked: ContinuousClock.Instant) {
        entries[server].askedAt = nil
        entries[server].failedAt = asked
        entries[server].failures += 1
    }

    /// This process raised the beat on the primary.
    package mutating func raisedBeat(_ number: Int, on server: Int, asked: ContinuousClock.Instant) {
        guard primaryByReport == server else { return }
        heartbeats.raised(number, noEarlierThan: asked)
        noteCompleteness()
    }

    /// The server refused a write: it is not the primary until it says so again.
    package mutating func refusedWrite(_ server: Int, at instant: ContinuousClock.Instant) {
        entries[server].doubtedAt = instant
    }

    /// The server left a read without an answer: it hangs, unless it answered a question that was sent meanwhile, and
    /// the statement is a slow one.
    package mutating func leftUnanswered(
        _ server: Int, since start: ContinuousClock.Instant, at instant: ContinuousClock.Instant
    ) {
        if let answeredAt = entries[server].answeredAt, answeredAt >= start { return }
        entries[server].doubtedAt = instant
    }

    private mutating func noteCompleteness() {
        for index in entries.indices {
            guard let report = entries[index].report, report.epoch == epoch,
                let instant = heartbeats.instant(of: report.beat)
            else { continue }
            entries[index].completeAsOf = max(entries[index].completeAsOf ?? instant, instant)
        }
    }

    // MARK: What follows

    /// The server that the newest epoch names, by what it said last, whether or not it still answers.
    package var primaryByReport: Int? {
        entries.firstIndex { entry in
            guard let report = entry.report else { return false }
            return !report.isInRecovery && report.isNamedByEpoch && report.epoch >= epoch
        }
    }

    /// The legitimate primary, while it answers.
    package func primary(at now: ContinuousClock.Instant) -> Int? {
        primaryByReport.flatMap { isAnswering($0, at: now, within: Self.memory) ? $0 : nil }
    }

    package func name(of server: Int) -> String? { entries[server].report?.name }

    /// Each server as a read's plan sees it; the plan's user adds what it knows of connections.
    ///
    /// A server that has just been promoted, and that no epoch names yet, goes on as the replica that it was.
    package func servers(at now: ContinuousClock.Instant) -> [ReadPlan.Server] {
        let primary = primaryByReport
        return entries.indices.map { index in
            let memory = index == primary ? Self.memory : Self.replicaMemory
            let role: ReadPlan.Role = index == primary ? .primary : .replica
            return ReadPlan.Server(
                role: isAnswering(index, at: now, within: memory) ? role : .none,
                epoch: entries[index].report?.epoch ?? 0, staleness: staleness(of: index, at: now))
        }
    }

    /// How far a server may be behind the primary.
    ///
    /// While no primary answers, time stands still: no more can be missing than was when it was seen last, unless it is
    /// only this process that cannot see it.
    package func staleness(of server: Int, at now: ContinuousClock.Instant) -> Duration? {
        guard let complete = entries[server].completeAsOf else { return nil }
        let reference = isPrimaryLost(at: now) ? primarySeenAt ?? now : now
        return max(.zero, complete.duration(to: reference))
    }

    private func isAnswering(_ server: Int, at now: ContinuousClock.Instant, within memory: Duration) -> Bool {
        let entry = entries[server]
        guard entry.failures < 2, entry.doubtedAt == nil, let answeredAt = entry.answeredAt else { return false }
        return answeredAt.duration(to: now) < memory
    }

    /// Whether there is reason to believe that the primary is gone.
    ///
    /// Old news are no reason: a process that was stopped for a while must ask again before it trusts a replica.
    private func isPrimaryLost(at now: ContinuousClock.Instant) -> Bool {
        guard let primary = primaryByReport else { return true }
        let entry = entries[primary]
        if let failedAt = entry.failedAt, failedAt.duration(to: now) < Self.memory { return true }
        guard let askedAt = entry.askedAt else { return false }
        return (Self.patience..<Self.memory).contains(askedAt.duration(to: now))
    }
}
