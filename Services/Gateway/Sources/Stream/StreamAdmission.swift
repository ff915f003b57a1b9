import Synchronization

/// Counts the streams of this process, over all event loops, and refuses the ones that are too many.
package final class StreamAdmission: Sendable {
    private struct Count {
        var all = 0
        var ofUser: [Int: Int] = [:]
    }

    private let maximum: Int
    private let maximumOfUser: Int
    private let count = Mutex(Count())

    package init(_ limits: StreamLimits) {
        maximum = limits.connections
        maximumOfUser = limits.connectionsOfUser
    }

    /// A stream begins; its user may not be known yet.
    package func enter() -> Bool {
        count.withLock { count in
            guard count.all < maximum else { return false }
            count.all += 1
            return true
        }
    }

    /// The stream's user is known.
    package func enter(userID: Int) -> Bool {
        count.withLock { count in
            guard count.ofUser[userID, default: 0] < maximumOfUser else { return false }
            count.ofUser[userID, default: 0] += 1
            return true
        }
    }

    package func leave() { count.withLock { $0.all -= 1 } }

    package func leave(userID: Int) {
        count.withLock { count in
            let left = count.ofUser[userID, default: 1] - 1
            count.ofUser[userID] = left > 0 ? left : nil
        }
    }
}
