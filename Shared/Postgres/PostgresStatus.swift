import Synchronization

/// What the reactor's thread lets others see.
final class PostgresStatus: Sendable {
    private let ready = Atomic<Int>(0)

    var readyConnections: Int { ready.load(ordering: .relaxed) }

    func update(readyConnections: Int) { ready.store(readyConnections, ordering: .relaxed) }
}
