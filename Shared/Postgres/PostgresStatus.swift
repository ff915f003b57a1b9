import Synchronization

/// What the reactor's thread lets others see.
final class PostgresStatus: Sendable {
    private let ready = Atomic<Int>(0)

    var readyConnections: Int { ready.load(ordering: .relaxed) }

    private let waitingCount = Atomic<Int>(0)

    /// Statements and transactions that wait for a connection.
    var waiting: Int {
        get { waitingCount.load(ordering: .relaxed) }
        set { waitingCount.store(newValue, ordering: .relaxed) }
    }

    private let isAlive = Atomic<Bool>(false)

    /// Somebody else has just had an answer from the server: what is silent waits for something there, and has not been
    /// lost on the way.
    var isServerAlive: Bool {
        get { isAlive.load(ordering: .relaxed) }
        set { isAlive.store(newValue, ordering: .relaxed) }
    }

    func update(readyConnections: Int) { ready.store(readyConnections, ordering: .relaxed) }
}
