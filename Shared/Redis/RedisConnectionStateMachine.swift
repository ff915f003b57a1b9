import DequeModule
package import NIOCore

/// Everything that is decided about one connection: what is held, written, awaited, given up, and when to dial again.
///
/// It does no I/O, reads no clock and resumes nobody; `RedisConnection` carries out what it answers.
/// Replies belong to commands by their order alone, so a command that is given up keeps its place until
/// its reply came and was thrown away.
package struct RedisConnectionStateMachine<Command, Waiter> {
    private enum State {
        /// Nobody asked for anything yet. → connecting, closed
        case idle
        /// The socket is being opened. → handshaking, backingOff, closed
        case connecting
        /// AUTH, SELECT and PING were written. → ready, ending, backingOff, closed
        case handshaking(outstanding: Int, deadline: NIODeadline)
        /// Commands flow. → ending, connecting, backingOff, draining
        case ready(since: NIODeadline)
        /// We gave the channel up and wait until it is gone. → connecting, backingOff, closed
        case ending
        /// The last attempt failed; commands fail at once. → connecting, closed
        case backingOff
        /// Shutting down: replies that are due are awaited. → ending, closed
        case draining
        /// The end.
        case closed
    }

    private struct Held {
        let command: Command
        let waiter: Waiter
        let deadline: NIODeadline
    }

    private struct Awaited {
        /// Nil when the command was given up and its reply will be thrown away.
        var waiter: Waiter?
        let deadline: NIODeadline
    }

    /// What bounds a connection.
    package struct Limits: Sendable {
        /// Commands held and awaited together.
        package var pending = 4096
        /// How long after its deadline the oldest command may stay unanswered before the connection counts as dead.
        package var grace = TimeAmount.seconds(1)
        /// A connection that was ready for less than this counts as a failed attempt when it is lost.
        package var stable = TimeAmount.seconds(1)

        package init() {}
    }

    private let limits: Limits
    private let backoff: ReconnectBackoff
    private var state = State.idle
    private var held = Deque<Held>()
    private var awaited = Deque<Awaited>()
    private var failures = 0
    private var armedWake: NIODeadline?

    package init(limits: Limits = Limits(), backoff: ReconnectBackoff = ReconnectBackoff()) {
        self.limits = limits
        self.backoff = backoff
    }

    package var isReady: Bool {
        if case .ready = state { true } else { false }
    }

    /// Whether a shutdown has nothing left to wait for.
    package var isDrained: Bool {
        if case .draining = state { held.isEmpty && awaited.isEmpty } else { false }
    }

    // MARK: Commands

    package enum Submission {
        /// The command is held. Flush at the end of this tick when `flush`, dial when `dial`, wake up at `wake`.
        case accepted(flush: Bool, dial: Bool, wake: NIODeadline?)
        case refused(RedisError)
    }

    /// Takes a command in, or refuses it at once: nothing waits for a connection that failed to come up.
    package mutating func submit(_ command: Command, waiter: Waiter, deadline: NIODeadline) -> Submission {
        var flush = false
        var dial = false
        switch state {
        case .idle:
            dial = true
        case .connecting, .handshaking, .ending:
            guard failures == 0 else { return .refused(RedisError(.unavailable, "not connected")) }
        case .ready:
            flush = true
        case .backingOff:
            return .refused(RedisError(.unavailable, "not connected"))
        case .draining, .closed:
            return .refused(RedisError(.unavailable, "shutting down"))
        }
        guard held.count + awaited.count < limits.pending else {
            return .refused(RedisError(.queueFull, "\(limits.pending) commands are waiting"))
        }
        if dial { state = .connecting }
        held.append(Held(command: command, waiter: waiter, deadline: deadline))
        return .accepted(flush: flush, dial: dial, wake: arm(deadline))
    }

    /// Dials without a command, at the start of the service. Returns whether to dial.
    package mutating func activate() -> Bool {
        guard case .idle = state else { return false }
        state = .connecting
        return true
    }

    /// The commands to be written now, in order; their replies are awaited from here on.
    package mutating func takeHeld() -> [Command] {
        switch state {
        case .ready, .draining: break
        default: return []
        }
        let commands = held.map(\.command)
        awaited.append(contentsOf: held.lazy.map { Awaited(waiter: $0.waiter, deadline: $0.deadline) })
        held.removeAll(keepingCapacity: true)
        return commands
    }

    // MARK: The connection

    /// The socket is open. Returns when to wake up, or nil when the socket is of no use any more and must be closed.
    package mutating func dialed(handshakeCommands: Int, deadline: NIODeadline) -> (isWanted: Bool, wake: NIODeadline?)
    {
        guard case .connecting = state else { return (false, nil) }
        state = .handshaking(outstanding: handshakeCommands, deadline: deadline)
        return (true, arm(deadline))
    }

    package enum ReplyAction {
        case none
        case resume(Waiter, RedisReply)
        /// The handshake is done: flush what is held.
        case becameReady
        case close(RedisError)
    }

    package mutating func received(_ reply: RedisReply, now: NIODeadline) -> ReplyAction {
        switch state {
        case .handshaking(let outstanding, let deadline):
            if case .error(let text) = reply { return giveUp(RedisError(.server, text)) }
            guard outstanding == 1 else {
                state = .handshaking(outstanding: outstanding - 1, deadline: deadline)
                return .none
            }
            state = .ready(since: now)
            failures = 0
            return .becameReady
        case .ready, .draining:
            guard let first = awaited.popFirst() else {
                return giveUp(RedisError(.protocolViolation, "a reply that nobody asked for"))
            }
            guard let waiter = first.waiter else { return .none }
            return .resume(waiter, reply)
        case .idle, .connecting, .ending, .backingOff, .closed:
            return .none
        }
    }

    /// The bytes received make no sense: the connection is closed and no later reply is looked at.
    package mutating func violated(_ error: RedisError) -> ReplyAction {
        switch state {
        case .handshaking, .ready, .draining: giveUp(error)
        default: .none
        }
    }

    private mutating func giveUp(_ error: RedisError) -> ReplyAction {
        if case .draining = state { state = .closed } else { state = .ending }
        failures += 1
        return .close(error)
    }

    package struct Disconnection {
        package enum Next: Equatable {
            case dial
            case dialAfter(TimeAmount)
            case nothing
        }

        package var failed: [(waiter: Waiter, error: RedisError)]
        package var next: Next
    }

    /// The socket is gone, or could not be opened; `random` in 0 ..< 1 is the jitter.
    ///
    /// Commands that were written fail, since nobody knows whether the server saw them. Commands that were not
    /// written wait for one immediate attempt when a connection that had been stable was lost, and fail otherwise.
    package mutating func disconnected(now: NIODeadline, random: Double) -> Disconnection {
        var failed: [(waiter: Waiter, error: RedisError)] = awaited.compactMap { entry in
            entry.waiter.map { ($0, RedisError(.unavailable, "the connection ended before the reply")) }
        }
        awaited.removeAll()
        switch state {
        case .ready(let since):
            if now < since + limits.stable { failures += 1 }
        case .connecting, .handshaking:
            failures += 1
        case .ending:
            failures = max(failures, 1)
        case .idle, .backingOff, .draining, .closed:
            state = .closed
        }
        let next: Disconnection.Next
        if case .closed = state {
            next = .nothing
        } else if failures == 0 {
            state = .connecting
            return Disconnection(failed: failed, next: .dial)
        } else {
            state = .backingOff
            next = .dialAfter(backoff.delay(afterFailures: failures, random: random))
        }
        failed += failHeld("not connected")
        return Disconnection(failed: failed, next: next)
    }

    /// The wait is over. Returns whether to dial.
    package mutating func backoffElapsed() -> Bool {
        guard case .backingOff = state else { return false }
        state = .connecting
        return true
    }

    private mutating func failHeld(_ reason: String) -> [(waiter: Waiter, error: RedisError)] {
        defer { held.removeAll() }
        return held.map { ($0.waiter, RedisError(.unavailable, reason)) }
    }

    // MARK: Time

    package struct Wake {
        package var expired: [Waiter]
        /// Why the channel must be closed, when it must.
        package var close: RedisError?
        /// When to wake up next; nil: not before a later call says so.
        package var next: NIODeadline?
    }

    /// Gives up what is past its deadline, and the connection when its oldest command is long past it.
    package mutating func wake(now: NIODeadline) -> Wake {
        var wake = Wake(expired: [], close: nil, next: nil)
        expireHeld(now, &wake)
        expireAwaited(now, &wake)
        if case .handshaking(_, let deadline) = state {
            if deadline <= now {
                _ = giveUp(RedisError(.deadlineExceeded, "handshake"))
                wake.close = RedisError(.deadlineExceeded, "no answer to the handshake")
            } else {
                wake.next = Self.earlier(wake.next, deadline)
            }
        }
        if let oldest = awaited.first {
            let limit = oldest.deadline + limits.grace
            if limit <= now {
                switch state {
                case .ready, .draining:
                    _ = giveUp(RedisError(.deadlineExceeded, "stuck"))
                    wake.close = RedisError(.deadlineExceeded, "no answer for too long")
                default: break
                }
            } else {
                wake.next = Self.earlier(wake.next, limit)
            }
        }
        armedWake = wake.next
        return wake
    }

    private mutating func expireHeld(_ now: NIODeadline, _ wake: inout Wake) {
        guard !held.isEmpty else { return }
        var remaining = Deque<Held>()
        for entry in held {
            if entry.deadline <= now {
                wake.expired.append(entry.waiter)
            } else {
                wake.next = Self.earlier(wake.next, entry.deadline)
                remaining.append(entry)
            }
        }
        held = remaining
    }

    private mutating func expireAwaited(_ now: NIODeadline, _ wake: inout Wake) {
        for index in awaited.indices {
            guard let waiter = awaited[index].waiter else { continue }
            if awaited[index].deadline <= now {
                wake.expired.append(waiter)
                awaited[index].waiter = nil
            } else {
                wake.next = Self.earlier(wake.next, awaited[index].deadline)
            }
        }
    }

    /// The time to arm the timer for, when it is before what is armed already.
    private mutating func arm(_ deadline: NIODeadline) -> NIODeadline? {
        if let armedWake, armedWake <= deadline { return nil }
        armedWake = deadline
        return deadline
    }

    private static func earlier(_ one: NIODeadline?, _ other: NIODeadline) -> NIODeadline {
        one.map { min($0, other) } ?? other
    }

    // MARK: Shutdown

    /// No further command is taken. Returns those that fail at once and whether the channel may be closed now.
    package mutating func shutDown() -> (failed: [(waiter: Waiter, error: RedisError)], close: Bool) {
        switch state {
        case .ready:
            state = .draining
            return ([], held.isEmpty && awaited.isEmpty)
        case .draining:
            return ([], false)
        case .idle, .connecting, .handshaking, .ending, .backingOff, .closed:
            state = .closed
            return (failHeld("shutting down"), true)
        }
    }
}
