/// What changes a running cluster, one thing at a time.
actor Operations {
    /// What is left to do when the one who asked has been answered.
    typealias Rest = @Sendable () async throws -> Void

    private var current: (name: String, task: Task<Void, Never>, answer: Latch<Result<Void, any Error>>)?
    private var isCancelled = false

    /// Carries an operation out; it goes on if the caller goes away.
    ///
    /// - Parameters:
    ///   - name: what it is, as the beginning of a sentence has it.
    ///   - progress: told when the rest fails.
    ///   - interruptsRest: the rest of another operation gives way to this one, which takes it over.
    ///   - body: returns when the caller may be answered, with what is then left to do.
    /// - Throws: what the body throws; ``ClusterError`` while another operation is under way.
    func perform(
        _ name: String, progress: Progress, interruptsRest: Bool = false,
        _ body: @escaping @Sendable () async throws -> Rest?
    ) async throws {
        if interruptsRest, let current, current.answer.current != nil {
            current.task.cancel()
            await current.task.value
        }
        if let current {
            throw ClusterError("One thing at a time: \(current.name) is under way. Try again when that is done.")
        }
        guard !isCancelled else { throw ClusterError("The cluster is stopping.") }
        let answer = Latch<Result<Void, any Error>>()
        let task = Task {
            do {
                let rest = try await body()
                answer.set(.success(()))
                try await rest?()
            } catch {
                if !answer.set(.failure(error)), !(error is CancellationError) {
                    progress.say("\(name) is not complete: \(error)")
                }
            }
            self.current = nil
        }
        current = (name, task, answer)
        try await answer.value()?.get()
    }

    /// Ends what is under way, and lets nothing begin any more.
    func cancel() async {
        isCancelled = true
        current?.task.cancel()
        await current?.task.value
    }
}
