import Synchronization

/// Writes of routes that are being moved, from the moment that they go to a service until their exchange is over.
///
/// Whoever changes the owner of a route's writes waits until there are none.
package final class WritesInFlight: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    package init() {}

    package func count(of route: String) -> Int { counts.withLock { $0[route] ?? 0 } }

    /// Counts for as long as somebody holds it, however the exchange ends.
    final class Write {
        private let writes: WritesInFlight
        private let route: String

        fileprivate init(_ writes: WritesInFlight, _ route: String) {
            self.writes = writes
            self.route = route
        }

        deinit { writes.change(route, by: -1) }
    }

    func begin(_ route: String) -> Write {
        change(route, by: 1)
        return Write(self, route)
    }

    private func change(_ route: String, by count: Int) { counts.withLock { $0[route, default: 0] += count } }
}
