package import Events

/// How far one client has been told: decides what it gets when, so that it misses nothing and gets nothing twice.
///
/// It does no I/O and carries no events.
package struct StreamProgress: Sendable {
    private enum Phase: Sendable {
        /// The stream cannot be read yet → catchingUp, live.
        case waiting
        /// What the client has missed is being read → live.
        case catchingUp
        /// Events are handed on as they come → catchingUp.
        case live
    }

    package enum Step: Sendable, Hashable {
        /// Ask again when the stream is there.
        case wait
        case live
        /// Tell the client to read everything again, and go on from now.
        case resync
        /// Hand out what came after this entry, up to now.
        case catchUp(after: EventID)
    }

    private let resumption: StreamResumption
    private var phase = Phase.waiting
    /// Everything up to here was handed out, or is not wanted.
    private var last: EventID?

    package init(_ resumption: StreamResumption) { self.resumption = resumption }

    package var isLive: Bool { phase == .live }

    /// - Parameter now: the last entry that the event loop has handed on; nil while it has none.
    package mutating func begin(now: EventID?) -> Step {
        guard let now else { return .wait }
        switch resumption {
        case .none:
            goLive(at: now)
            return .live
        case .unknown:
            goLive(at: now)
            return .resync
        case .after(let id):
            phase = .catchingUp
            last = id
            return .catchUp(after: id)
        }
    }

    /// The stream was read up to this entry on the client's behalf.
    package mutating func read(through id: EventID) { last = max(last ?? id, id) }

    /// From here on events come live. Some may come that were read already: ``admits(_:)`` leaves them out.
    package mutating func goLive(at now: EventID) {
        read(through: now)
        phase = .live
    }

    /// The client takes no more for now: it will be given the rest by reading what it has missed.
    package mutating func fallBehind() { phase = .catchingUp }

    /// Whether a live event is one that the client has not been given.
    package mutating func admits(_ id: EventID) -> Bool {
        guard phase == .live, last.map({ id > $0 }) ?? true else { return false }
        last = id
        return true
    }

    /// The stream was lost, or what the client asked for is not in it any more: it has to read everything again.
    package mutating func startOver(at now: EventID?) {
        phase = .live
        last = now
    }
}
