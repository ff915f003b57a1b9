/// A bound for what would otherwise wait for longer.
enum Deadline {
    struct Passed: Error {}

    /// - Throws: what `body` throws, or ``Passed``; then `body` is cancelled.
    static func run<R: Sendable>(
        _ time: Duration, _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { tasks in
            tasks.addTask { try await body() }
            tasks.addTask {
                try await Task.sleep(for: time)
                throw Passed()
            }
            defer { tasks.cancelAll() }
            guard let first = try await tasks.next() else { throw Passed() }
            return first
        }
    }
}
