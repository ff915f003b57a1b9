import Synchronization

/// A small constant load of reads, writes and logins through nginx, on connections that are kept.
final class DrillLoad: Sendable {
    private static let readers = 4
    private static let writers = 2
    /// Between two requests of one reader or writer.
    private static let pause: Duration = .milliseconds(10)
    /// A write that is repeated for longer is given up.
    private static let patience: Duration = .seconds(60)

    private let user: DrillUser
    private let record = Mutex(DrillRecord())

    init(_ user: DrillUser) { self.user = user }

    var now: DrillRecord { record.withLock { $0 } }

    /// Keeps the load up while `body` runs. Writes that have begun are repeated until they are acknowledged.
    func run<Result>(while body: () async throws -> Result) async throws -> Result {
        let isOver = Mutex(false)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            let ends: @Sendable () -> Bool = { isOver.withLock { $0 } }
            for _ in 0..<Self.readers { tasks.addTask { await self.repeatedly(until: ends) { await self.read() } } }
            for number in 0..<Self.writers {
                tasks.addTask { await self.write(number, until: ends) }
            }
            tasks.addTask { await self.repeatedly(until: ends, every: .milliseconds(500)) { await self.logIn() } }
            defer { isOver.withLock { $0 = true } }
            let result = try await body()
            isOver.withLock { $0 = true }
            try await tasks.waitForAll()
            return result
        }
    }

    private func repeatedly(
        until isOver: @Sendable () -> Bool, every pause: Duration = DrillLoad.pause, _ body: () async -> Void
    ) async {
        while !isOver() {
            await body()
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    private func read() async { await measure(.read) { await user.read() } }
    private func logIn() async { await measure(.login) { await user.logInWrongly() } }

    private func write(_ writer: Int, until isOver: @Sendable () -> Bool) async {
        var count = 0
        await repeatedly(until: isOver) {
            count += 1
            let name = "drill-\(user.id)-\(writer)-\(count)"
            let deadline = ContinuousClock.now + Self.patience
            while ContinuousClock.now < deadline {
                if await measure(.write, { await user.write(name) }) {
                    return record.withLock { $0.acknowledge(name) }
                }
                guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { break }
            }
            record.withLock { $0.abandon(name) }
        }
    }

    /// - Returns: whether it was answered as it should be.
    @discardableResult
    private func measure(_ kind: DrillRequest.Kind, _ body: () async -> DrillUser.Answer) async -> Bool {
        let start = ContinuousClock.now
        let outcome = await body().outcome
        let end = ContinuousClock.now
        // What the end of the drill cuts off tells nothing.
        guard !Task.isCancelled else { return false }
        record.withLock { $0.add(DrillRequest(kind: kind, outcome: outcome, duration: end - start), at: end) }
        return outcome == .answered
    }
}
