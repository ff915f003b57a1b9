import DequeModule
package import Events

/// Events that Redis has not confirmed yet, in the order in which they were published.
///
/// One batch is under way at a time, and is sent again until it is confirmed, under the same numbers: by them Redis knows
/// what it has taken already. When more wait than may, the stream itself is given up: readers tell a stream that is gone,
/// and would not tell one that lacks something.
package struct EventBacklog: Sendable {
    package enum Step: Sendable, Hashable {
        /// Send these, in this order; the first one has this number.
        case append([UserEvent], first: Int)
        /// Delete the stream.
        case giveUpStream
    }

    private var waiting = Deque<UserEvent>()
    private var bytes = 0
    /// Of the first event that waits; numbers count from 1.
    private var first = 1
    private var underWay: Step?
    /// Something was dropped that readers do not know of yet.
    private var hasGap = false
    private let capacity: Int

    private static let batchCount = 128
    private static let batchBytes = 256 << 10

    /// - Parameter capacity: bytes that may wait.
    package init(capacity: Int) { self.capacity = capacity }

    /// - Returns: false when this event was the first one for which there was no room.
    package mutating func add(_ event: UserEvent) -> Bool {
        // Whoever is told to read everything again needs no event of before.
        guard !hasGap else { return true }
        waiting.append(event)
        bytes += Self.size(event)
        guard bytes > capacity else { return true }
        drop(waiting.count)
        hasGap = true
        return false
    }

    /// What is to be done now; nil while something is under way, and when there is nothing.
    package mutating func next() -> Step? {
        guard underWay == nil else { return nil }
        if hasGap {
            underWay = .giveUpStream
        } else if !waiting.isEmpty {
            underWay = .append(batch(), first: first)
        }
        return underWay
    }

    /// The step was taken, or has failed and is to be taken again.
    package mutating func finished(isConfirmed: Bool) {
        defer { underWay = nil }
        guard isConfirmed else { return }
        switch underWay {
        case .giveUpStream: hasGap = false
        // Unless a gap has come meanwhile: then nothing waits any more.
        case .append(let events, _) where !hasGap: drop(events.count)
        case .append, nil: break
        }
    }

    /// At least one event.
    private func batch() -> [UserEvent] {
        var size = 0
        return Array(
            waiting.prefix(Self.batchCount).prefix { event in
                defer { size += Self.size(event) }
                return size < Self.batchBytes
            })
    }

    private mutating func drop(_ count: Int) {
        for event in waiting.prefix(count) { bytes -= Self.size(event) }
        waiting.removeFirst(count)
        first += count
    }

    private static func size(_ event: UserEvent) -> Int { event.data.count + 128 }
}
