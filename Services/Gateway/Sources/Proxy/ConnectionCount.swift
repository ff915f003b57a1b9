import Synchronization

/// How many clients are connected, over all event loops.
package final class ConnectionCount: Sendable {
    private let count = Atomic<Int>(0)

    package init() {}

    /// - Returns: the count with the new connection.
    func increase() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }

    func decrease() { count.wrappingSubtract(1, ordering: .relaxed) }

    package var value: Int { count.load(ordering: .relaxed) }
}
