package import Logging
import ServiceLifecycle

/// The first step of every shutdown: readiness fails, and the process serves on for the drain delay.
///
/// It stands last in the service group, and a group shuts down from its end: only when this `run()` has returned are the
/// listeners told to stop accepting.
package struct GracefulDrain: Service {
    private let state: DrainState
    private let delay: Duration
    private let logger: Logger

    package init(state: DrainState, delay: Duration, logger: Logger) {
        self.state = state
        self.delay = delay
        self.logger = logger
    }

    package func run() async throws {
        try await gracefulShutdown()
        state.beginDraining()
        logger.info("Draining", metadata: ["delay": "\(delay)"])
        try await Task.sleep(for: delay)
    }
}
