import Logging
package import ServiceLifecycle

/// Runs services for as long as a test needs them, and shuts them down gracefully afterwards.
package func withRunning<R: Sendable>(
    _ services: any Service..., body: @Sendable () async throws -> R
) async throws -> R {
    let group = ServiceGroup(services: services, logger: Logger(label: "test"))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let outcome: Result<R, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try outcome.get()
    }
}
