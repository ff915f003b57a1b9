/// A place for one connection: the connection while there is one, and when to dial again while there is none.
struct ConnectionSlot {
    private enum Phase {
        /// No connection: may become dialling.
        case waiting(until: ContinuousClock.Instant)
        /// May become open or waiting.
        case dialling(deadline: ContinuousClock.Instant)
        /// May become waiting.
        case open
        /// The client has stopped.
        case closed
    }

    var connection: PostgresConnection?
    /// Counts the attempts, so that a late name resolution is not taken for this attempt's.
    private(set) var attempt = 0
    private var phase = Phase.waiting(until: .now)
    private var backoff = Backoff()

    var nextDial: ContinuousClock.Instant? { if case .waiting(let instant) = phase { instant } else { nil } }

    func shouldDial(at now: ContinuousClock.Instant) -> Bool { nextDial.map { $0 <= now } ?? false }

    func hasTimedOut(at now: ContinuousClock.Instant) -> Bool {
        if case .dialling(let deadline) = phase { deadline <= now } else { false }
    }

    mutating func beginAttempt(timeout: Duration) {
        attempt += 1
        phase = .dialling(deadline: .now + timeout)
    }

    mutating func becameReady() {
        phase = .open
        backoff.reset()
    }

    mutating func end(isRedialled: Bool) {
        connection = nil
        phase = isRedialled ? .waiting(until: .now + backoff.nextDelay(random: .random(in: 0..<1))) : .closed
    }
}
