/// When the next question is asked: often while somebody comes who wants to know, seldom while nobody does.
///
/// While it is often, everybody is served by the questions as they follow one another. After a time without anybody the first
/// who comes waits for a question that is sent after he came: what the seldom ones have told may be older than what he was
/// promised. It does no I/O and reads no clock.
package struct QuestionRhythm: Sendable {
    package typealias Instant = ContinuousClock.Instant

    private enum State {
        /// Nobody has come for a time. → waking
        case idle
        /// Somebody came, and no question was sent since. → asking
        case waking
        /// A question that was sent since is under way. → awake
        case asking
        /// Questions follow one another. → idle
        case awake
    }

    /// What one who comes finds.
    package enum Reception: Sendable, Equatable {
        case served
        /// He waits for the end of the next question; `asksNow`: for which nobody has waited before.
        case waits(asksNow: Bool)
    }

    private let timing: RevocationTiming
    private var state = State.awake
    private var cameAt: Instant

    package init(timing: RevocationTiming, now: Instant) {
        self.timing = timing
        cameAt = now
    }

    /// Somebody wants to know.
    package mutating func comes(now: Instant) -> Reception {
        cameAt = now
        switch state {
        case .awake: return .served
        case .waking, .asking: return .waits(asksNow: false)
        case .idle:
            state = .waking
            return .waits(asksNow: true)
        }
    }

    /// Whether one who waits is served by now.
    package var serves: Bool { state == .awake }

    /// A question is about to be sent.
    package mutating func asks() {
        if state == .waking { state = .asking }
    }

    /// The question has been answered, or was not answered in time.
    ///
    /// - Returns: how long after it was sent the next one is.
    package mutating func ends(now: Instant) -> Duration {
        switch state {
        case .waking: return .zero
        case .idle: return timing.idleInterval
        case .asking: state = .awake
        case .awake where cameAt.duration(to: now) >= timing.attention:
            state = .idle
            return timing.idleInterval
        case .awake: break
        }
        return timing.redisInterval
    }

    /// From a proof of this age on Auth is asked as well.
    package var patience: Duration { state == .idle ? timing.idlePatience : timing.patience }
}
