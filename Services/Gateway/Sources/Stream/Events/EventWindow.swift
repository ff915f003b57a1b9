import DequeModule
package import Events
import NIOCore

/// The newest part of the stream, without gaps, as far as it fits: what most clients that come back have missed.
package struct EventWindow: Sendable {
    /// Every event after this entry is in the window.
    package private(set) var base: EventID
    /// The entry that was read last, be it an event or not.
    package private(set) var newest: EventID
    private var events = Deque<StreamEvent>()
    private var bytes = 0
    private let maximumBytes: Int

    /// - Parameters:
    ///   - base: the entry that the window goes on from.
    ///   - maximumBytes: of the frames that are kept.
    package init(base: EventID, maximumBytes: Int = 8 << 20) {
        self.base = base
        newest = base
        self.maximumBytes = maximumBytes
    }

    package var count: Int { events.count }

    /// Appends what was read next, in the stream's order.
    ///
    /// - Parameter newest: the last entry that was read, which may be none of the events.
    package mutating func append(_ more: [StreamEvent], newest: EventID) {
        for event in more where event.id > self.newest {
            events.append(event)
            bytes += event.frame.readableBytes
        }
        self.newest = max(self.newest, newest)
        while bytes > maximumBytes, let oldest = events.popFirst() {
            bytes -= oldest.frame.readableBytes
            base = oldest.id
        }
    }

    /// Whether everything after the entry is here.
    package func covers(after id: EventID) -> Bool { id >= base }

    /// One user's events after `id`, up to `end` inclusive.
    package func events(of userID: Int, after id: EventID, through end: EventID) -> [StreamEvent] {
        var (low, high) = (events.startIndex, events.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].id <= id { low = middle + 1 } else { high = middle }
        }
        return events[low...].prefix { $0.id <= end }.filter { $0.userID == userID }
    }

    /// Whether an entry of this id was certainly read.
    package func contains(_ id: EventID) -> Bool {
        if id == base || id == newest { return true }
        var (low, high) = (events.startIndex, events.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < events.endIndex && events[low].id == id
    }
}
