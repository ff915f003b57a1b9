/// Where a WebSocket stands between its handshake and its end, and when its silence becomes too long.
///
/// It does no I/O and reads no clock: it is told what comes and which tick it is, and says what is to be done.
package struct WebSocketLifecycle: Sendable {
    private enum Phase: Sendable {
        /// Messages flow → closing, ending.
        case open
        /// We have said goodbye, and wait for the client's → ending.
        case closing(until: UInt32)
        /// Nothing more is said: the last bytes leave, and the client has to end the connection.
        case ending(until: UInt32)
    }

    /// The times, in ticks.
    package struct Times: Sendable {
        let ping, pong, output, close: UInt32

        package init(_ limits: WebSocketLimits) {
            ping = Tick.count(limits.pingInterval)
            pong = Tick.count(limits.pongTimeout)
            output = Tick.count(limits.outputTimeout)
            close = Tick.count(limits.closeTimeout)
        }
    }

    package enum FrameAction: Sendable, Hashable {
        case take
        /// After the goodbye only the client's own is of interest, and after that nothing.
        case ignore
    }

    package enum TickAction: Sendable, Hashable {
        case none
        case ping
        /// The client does not take what is sent to it.
        case tooSlow
        /// The client is gone, or does not end what is over.
        case abort
    }

    private let times: Times
    private var phase = Phase.open
    private var lastSeen: UInt32
    private var pingedAt: UInt32?
    /// When the client last took enough, while it does not.
    private var fullSince: UInt32?

    package init(times: Times, now: UInt32) {
        self.times = times
        lastSeen = now
    }

    package var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    package var isEnding: Bool {
        if case .ending = phase { true } else { false }
    }

    /// Something has come from the client.
    package mutating func seen(now: UInt32) {
        lastSeen = now
        pingedAt = nil
    }

    /// The client takes bytes, or has to take some before it is sent more.
    package mutating func writability(_ isWritable: Bool, now: UInt32) {
        fullSince = isWritable ? nil : fullSince ?? now
    }

    package func received(isClose: Bool) -> FrameAction {
        switch phase {
        case .open: .take
        case .closing: isClose ? .take : .ignore
        case .ending: .ignore
        }
    }

    /// We want to end the connection.
    ///
    /// - Returns: whether our goodbye is to be said, which happens once.
    package mutating func close(now: UInt32) -> Bool {
        guard isOpen else { return false }
        phase = .closing(until: now &+ times.close)
        return true
    }

    /// Both have said goodbye, or the client breaks the rules: there is nothing to wait for.
    ///
    /// - Returns: whether our goodbye has not been said yet.
    package mutating func end(now: UInt32) -> Bool {
        let isFirst = isOpen
        if !isEnding { phase = .ending(until: now &+ times.close) }
        return isFirst
    }

    package mutating func tick(_ now: UInt32) -> TickAction {
        switch phase {
        case .closing(let until), .ending(let until): return Self.hasPassed(until, at: now) ? .abort : .none
        case .open:
            if let fullSince, Self.hasPassed(fullSince &+ times.output, at: now) { return .tooSlow }
            if let pingedAt { return Self.hasPassed(pingedAt &+ times.pong, at: now) ? .abort : .none }
            guard Self.hasPassed(lastSeen &+ times.ping, at: now) else { return .none }
            pingedAt = now
            return .ping
        }
    }

    private static func hasPassed(_ tick: UInt32, at now: UInt32) -> Bool { Int32(bitPattern: now &- tick) >= 0 }
}
