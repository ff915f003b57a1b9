import DequeModule

/// What a process knows of the revocations, and up to which instant it is proven that it knows all of them.
///
/// It does no I/O and reads no clock. Whoever carries its questions says when each was *sent*: an answer can prove nothing
/// about what happened after. Instants are of a clock that goes on while the process is suspended.
///
/// What is proven: every revocation that was committed before the instant is known, or is of a commit that no client
/// has been promised anything about. What is known is never forgotten before it has expired, whatever the stores say.
package struct RevocationFeed: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What the carrier of a question does next.
    package enum Step: Sendable, Equatable {
        case wait
        /// There is more: ask again at once.
        case askAgain
    }

    /// Where the next question goes on.
    package struct Position: Sendable, Equatable {
        /// Of the stream that was read last; nil before, and after it turned out to be of no use.
        package var generation: RevocationGeneration?
        /// The primary's epoch that the numbers belong to; 0 before the first answer.
        package var epoch = 0
        /// Every unexpired revocation up to this number is known.
        package var last = 0
    }

    /// An answer of Redis as evidence: at the instant its question was sent, no later beat had been written.
    private struct Sighting {
        let sequence: Int
        var askedAt: Instant
    }

    package private(set) var known = RevocationSet()
    package private(set) var position = Position()
    /// Proven complete up to here; nil before the first complete load.
    package private(set) var provenAt: Instant?
    private let timing: RevocationTiming
    /// Of one generation in one run of Redis, in the order of their sequences, which all differ.
    private var sightings = Deque<Sighting>()
    private var run = ""

    private static let maximumSightings = 64

    package init(timing: RevocationTiming = RevocationTiming()) { self.timing = timing }

    // MARK: Deciding

    package func verdict(on token: AccessToken, now: Instant) -> RevocationVerdict {
        if known.refuses(token) { return .revoked }
        return isProven(within: timing.window, now: now) ? .valid : .unproven
    }

    /// Whether the proof is so old that Auth should be asked as well.
    ///
    /// - Parameter patience: the oldest proof for which it is not; the timing's own without.
    package func needsAuth(now: Instant, patience: Duration? = nil) -> Bool {
        !isProven(within: patience ?? timing.patience, now: now)
    }

    package func isProven(within age: Duration, now: Instant) -> Bool {
        provenAt.map { $0.duration(to: now) <= age } ?? false
    }

    /// - Parameter now: seconds since 1970.
    package mutating func removeExpired(now: Int) { known.removeExpired(now: now) }

    // MARK: Answers of Redis

    /// Takes in an answer of Redis; nil when it has no stream.
    ///
    /// - Parameters:
    ///   - question: the position that was asked from.
    ///   - askedAt: before the question was sent.
    package mutating func receive(
        _ answer: RevocationStreamAnswer?, to question: Position, askedAt: Instant
    ) -> Step {
        guard let answer, answer.generation.epoch >= position.epoch else {
            sightings.removeAll()
            return .wait
        }
        if answer.generation != position.generation {
            // What is known stays; everything is read again, since numbers may mean something else now.
            sightings.removeAll()
            position = Position(generation: answer.generation, epoch: answer.generation.epoch, last: 0)
        }
        guard add(answer.entries, floor: answer.floor) else {
            position.generation = nil
            sightings.removeAll()
            return .wait
        }
        see(answer, askedAt)
        guard position.last >= answer.beat.highest else { return answer.isFull ? .askAgain : .wait }
        if answer.beat.run == answer.run, let instant = readAt(answer.beat) { prove(instant) }
        return answer.isFull ? .askAgain : .wait
    }

    private mutating func see(_ answer: RevocationStreamAnswer, _ askedAt: Instant) {
        if answer.run != run {
            sightings.removeAll()
            run = answer.run
        }
        // A beat of another run says nothing of this one.
        let sequence = answer.beat.run == run ? answer.beat.sequence : 0
        if let last = sightings.last, last.sequence >= sequence {
            if last.sequence == sequence { sightings[sightings.count - 1].askedAt = max(last.askedAt, askedAt) }
            return
        }
        sightings.append(Sighting(sequence: sequence, askedAt: askedAt))
        if sightings.count > Self.maximumSightings { sightings.removeFirst() }
    }

    /// An instant before PostgreSQL was read for the beat: the reading came after the beat `readAfter` had been written,
    /// and the latest question whose answer did not show that one yet was sent before it was written.
    ///
    /// Only the order of events is used, and only our own clock: a beat that waited in a paused server proves as little
    /// as it should.
    private mutating func readAt(_ beat: RevocationStreamAnswer.Beat) -> Instant? {
        var instant: Instant?
        while let first = sightings.first, first.sequence < beat.readAfter {
            instant = first.askedAt
            guard sightings.count > 1, sightings[1].sequence < beat.readAfter else { break }
            sightings.removeFirst()
        }
        return instant
    }

    // MARK: Answers of Auth

    /// Takes in what the Auth instances said to one question.
    ///
    /// One that has just read PostgreSQL's primary proves everything. Where none can, nothing can be committed either,
    /// and it is enough that each of them says what it knows of, or is not there: only they give promises.
    ///
    /// - Parameters:
    ///   - question: the position that was asked from.
    ///   - askedAt: before the question was sent.
    package mutating func receive(
        _ reports: [RevocationReport], to question: Position, askedAt: Instant
    ) -> Step {
        let pages = reports.compactMap { report -> RevocationPage? in
            guard case .database(let page) = report, page.epoch >= position.epoch else { return nil }
            return page
        }
        if let page = pages.max(by: { ($0.epoch, $0.highest) < ($1.epoch, $1.highest) }) {
            return receive(page, to: question, askedAt: askedAt)
        }
        if provenAt != nil, !reports.isEmpty, reports.allSatisfy(isCovered) { prove(askedAt) }
        return .wait
    }

    private mutating func receive(_ page: RevocationPage, to question: Position, askedAt: Instant) -> Step {
        if page.epoch != position.epoch || page.highest < question.last {
            // Another primary, or one that was set back: its numbers are not those that we have read.
            sightings.removeAll()
            position = Position(generation: nil, epoch: page.epoch, last: 0)
        }
        // A page that begins after our last number was asked for before the position was set back.
        guard add(page.revocations, floor: page.floor) else { return .askAgain }
        guard position.last >= page.highest else { return .askAgain }
        prove(askedAt)
        return .wait
    }

    /// Whether nothing that the instance promised, or will within the second, is unknown here.
    private func isCovered(_ report: RevocationReport) -> Bool {
        switch report {
        case .gone: true
        case .memory(0, 0): true  // It has not seen the database since it started.
        case .memory(let epoch, let highest): epoch == position.epoch && highest <= position.last
        case .database, .silent: false
        }
    }

    // MARK: Both

    /// Adds entries in order; false when one is missing before them.
    private mutating func add(_ revocations: [Revocation], floor: Int) -> Bool {
        position.last = max(position.last, floor - 1)
        for revocation in revocations {
            guard revocation.number <= position.last + 1 else { return false }
            known.insert(revocation)
            position.last = max(position.last, revocation.number)
        }
        return true
    }

    private mutating func prove(_ instant: Instant) {
        provenAt = provenAt.map { max($0, instant) } ?? instant
    }
}
