package import Events
package import NIOCore
import Synchronization

/// What this process has read of the stream, and the event loops that hand it on.
///
/// Each event loop gets the same batches in the same order. What a client has missed is taken from the window up to where its
/// own event loop stands, so that what follows comes live: no gap, and nothing twice.
package final class EventHub: Sendable {
    package enum Batch: Sendable {
        /// The stream is read from here on.
        case began(at: EventID)
        case events([StreamEvent], through: EventID)
        /// Something between may be lost: everybody has to read everything again.
        case lost(now: EventID)
    }

    package typealias Receiver = @Sendable (Batch) -> Void

    private struct State {
        /// Nil before the first answer of Redis.
        var window: EventWindow?
        var receivers: [Receiver] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// The last entry that was read; nil before the first answer of Redis.
    package var newest: EventID? { state.withLock { $0.window?.newest } }

    /// Hands all batches from now on to `receive`, on the event loop.
    ///
    /// - Returns: where those batches go on from.
    package func attach(_ eventLoop: any EventLoop, receive: @escaping Receiver) -> EventID? {
        state.withLock { state in
            state.receivers.append { batch in eventLoop.execute { receive(batch) } }
            return state.window?.newest
        }
    }

    /// What one user has missed, when all of it is at hand.
    ///
    /// - Parameters:
    ///   - end: where the caller's event loop stands.
    ///   - isVerified: whether the entry is known to be of this stream.
    package func missed(
        by userID: Int, after id: EventID, through end: EventID, isVerified: Bool
    ) -> [StreamEvent]? {
        state.withLock { state in
            guard let window = state.window, window.covers(after: id), isVerified || window.contains(id) else {
                return nil
            }
            return window.events(of: userID, after: id, through: end)
        }
    }

    // MARK: What the reader tells

    package func receive(_ news: EventScripts.News) {
        switch news {
        case .more(_, newest: nil, isFull: _): break
        case .more(let events, let newest?, _):
            publish { state in
                guard state.window != nil else { return nil }
                state.window?.append(events, newest: newest)
                return .events(events, through: newest)
            }
        case .beginning(let events, let oldest, let newest):
            publish { state in
                let isFirst = state.window == nil
                var window = EventWindow(base: oldest)
                window.append(events, newest: newest)
                state.window = window
                return isFirst ? .began(at: newest) : .lost(now: newest)
            }
        }
    }

    /// Under the lock, so that an event loop that is attached meanwhile gets the batch, or stands after it.
    private func publish(_ change: (inout State) -> Batch?) {
        state.withLock { state in
            guard let batch = change(&state) else { return }
            for receive in state.receivers { receive(batch) }
        }
    }
}
