import Synchronization

/// Where a process stands between its start and its end; shared by its listeners, its probes and its shutdown.
package final class DrainState: Sendable {
    private enum Phase: UInt8 {
        case starting  // → serving, draining
        case serving  // → draining
        case draining  // the last
    }

    private let phase = Atomic<UInt8>(Phase.starting.rawValue)

    package init() {}

    /// Called by the public listener once its port accepts connections.
    package func beginServing() {
        _ = phase.compareExchange(
            expected: Phase.starting.rawValue, desired: Phase.serving.rawValue, ordering: .relaxed)
    }

    /// From now on readiness fails and every answer carries `Connection: close`.
    package func beginDraining() { phase.store(Phase.draining.rawValue, ordering: .relaxed) }

    package var isServing: Bool { phase.load(ordering: .relaxed) == Phase.serving.rawValue }

    package var isDraining: Bool { phase.load(ordering: .relaxed) == Phase.draining.rawValue }
}
