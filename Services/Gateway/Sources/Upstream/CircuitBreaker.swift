/// Keeps requests away from what fails: from one instance (which is then ejected), or from a whole service.
///
/// Time is passed in, in microseconds. Nothing has to be given back: trials that never tell how they went are made up for
/// by others after a while.
package struct CircuitBreaker: Sendable, Hashable {
    package struct Policy: Sendable, Hashable {
        /// Failures in a row that open it.
        package var failures: Int
        /// How long it stays open the first time; doubled every further time.
        package var pause = Duration.seconds(1)
        package var longestPause = Duration.seconds(30)
        /// Requests that may try it at a time.
        package var trials = 2

        package init(failures: Int) { self.failures = failures }
    }

    package enum State: String, Sendable, Hashable {
        case closed, open
        case halfOpen = "half_open"
    }

    package enum Passage: Sendable, Hashable {
        case free
        /// The outcome of this request decides what comes next.
        case trial
    }

    private enum Phase: Sendable, Hashable {
        /// Requests pass, failures in a row are counted → open.
        case closed(failures: Int)
        /// Nothing passes until its time is over → halfOpen.
        case open(until: Int)
        /// A few requests try it → closed when one was answered, open when one failed; more try it if none told anything.
        case halfOpen(left: Int, until: Int)
    }

    private let policy: Policy
    private var phase = Phase.closed(failures: 0)
    private var closedAt: Int?
    private var pause: Int
    /// How often it has opened.
    package private(set) var openings = 0

    package init(policy: Policy) {
        self.policy = policy
        pause = policy.pause.microseconds
    }

    package var state: State {
        switch phase {
        case .closed: .closed
        case .open: .open
        case .halfOpen: .halfOpen
        }
    }

    /// Whether the next success or failure means something, other than to a closed one that has seen no failure.
    package var isTroubled: Bool { phase != .closed(failures: 0) }

    /// - Parameter isRepeatable: whether the request could be repeated elsewhere if it fails. One that could not is used as a
    ///   trial only when no other has come for as long again.
    /// - Returns: `nil` when the request must not pass.
    package mutating func lets(now: Int, isRepeatable: Bool = true) -> Passage? {
        switch phase {
        case .closed: return .free
        case .halfOpen(let left, let until) where left > 0:
            guard isRepeatable else { return nil }
            phase = .halfOpen(left: left - 1, until: until)
            return .trial
        case .open(let until), .halfOpen(_, let until):
            guard now >= until + (isRepeatable ? 0 : pause) else { return nil }
            phase = .halfOpen(left: policy.trials - 1, until: now + pause)
            return .trial
        }
    }

    /// - Parameter isTrial: whether the request passed as one. What was under way before tells nothing of now.
    /// - Returns: whether it closed.
    @discardableResult
    package mutating func succeeded(isTrial: Bool, now: Int) -> Bool {
        switch phase {
        case .closed:
            phase = .closed(failures: 0)
            return false
        case .halfOpen where isTrial:
            phase = .closed(failures: 0)
            closedAt = now
            return true
        case .open, .halfOpen: return false
        }
    }

    /// - Parameter mayOpen: false where too many others are open already.
    /// - Returns: whether it opened.
    @discardableResult
    package mutating func failed(isTrial: Bool, now: Int, mayOpen: Bool = true) -> Bool {
        switch phase {
        case .closed(let failures):
            phase = .closed(failures: min(failures + 1, policy.failures))
            guard failures + 1 >= policy.failures, mayOpen else { return false }
            trip(now: now)
            return true
        case .halfOpen where isTrial:
            trip(now: now)
            return true
        case .open, .halfOpen: return false
        }
    }

    /// Opens at once, whatever was counted.
    package mutating func trip(now: Int) {
        let first = policy.pause.microseconds
        let longest = policy.longestPause.microseconds
        let wasLongClosed = openings == 0 || closedAt.map { now - $0 >= longest } ?? false
        pause = wasLongClosed ? first : min(pause * 2, longest)
        openings += 1
        closedAt = nil
        phase = .open(until: now + pause)
    }
}
