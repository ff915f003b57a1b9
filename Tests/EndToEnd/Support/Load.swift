import JSON
import Synchronization

/// Constant reads and writes of one user through nginx, on connections that are kept, and what came of them.
final class Load: Sendable {
    struct Record {
        var reads = 0
        /// How long the reads since the last ``Load/takeTimes()`` took, in milliseconds.
        var readTimes: [Double] = []
        var failedReads: [String] = []
        /// Requests that were refused because nothing could be learnt about revocations just then.
        var unproven: [String] = []
        /// Names of strategies whose creation was confirmed.
        var confirmed: [String] = []
        /// Those whose outcome the answer called unknown.
        var unknown: [String] = []
        var failedWrites: [String] = []
    }

    private let user: TestUser
    private let record = Mutex(Record())
    private let number = Mutex(0)

    init(_ user: TestUser) { self.user = user }

    var now: Record { record.withLock { $0 } }

    /// How long reads took since the last time, in milliseconds.
    func takeTimes() -> [Double] {
        record.withLock { record in
            defer { record.readTimes = [] }
            return record.readTimes
        }
    }

    /// Keeps the load up while `body` runs.
    func run(readers: Int, writers: Int, while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<readers { tasks.addTask { while !Task.isCancelled { await self.read() } } }
            for _ in 0..<writers { tasks.addTask { while !Task.isCancelled { await self.write() } } }
            try await body()
            tasks.cancelAll()
        }
    }

    /// One creation of a strategy; true when it was confirmed.
    @discardableResult
    func write() async -> Bool {
        let name = "load-\(number.withLock { $0 += 1; return $0 })"
        let outcome: (inout Record) -> Void
        do {
            let answer = try await user.client.post(
                "/api/v1/strategies", json: #"{"strategy_name":"\#(name)","parameters":{}}"#)
            switch (answer.status, answer["code"]?.string) {
            case (201, _): outcome = { $0.confirmed.append(name) }
            case (503, "revocation_unavailable"), (503, "authentication_unavailable"):
                outcome = { $0.unproven.append(name) }
            case (503, "outcome_unknown"): outcome = { $0.unknown.append(name) }
            default: outcome = { $0.failedWrites.append("\(name): \(answer.status) \(answer.text.prefix(200))") }
            }
        } catch {
            // What was cut off tells nothing, and what the end of the load cuts off does not count.
            outcome = Task.isCancelled ? { _ in } : { $0.failedWrites.append("\(name): \(error)") }
        }
        return record.withLock { record in
            let before = record.confirmed.count
            outcome(&record)
            return record.confirmed.count > before
        }
    }

    private func read() async {
        var failure: String?
        var isUnproven = false
        let begun = ContinuousClock.now
        do {
            let answer = try await user.client.get("/api/v1/strategies?limit=1")
            let code = answer["code"]?.string
            isUnproven = code == "revocation_unavailable" || code == "authentication_unavailable"
            failure = answer.status == 200 ? nil : "\(answer.status) \(answer.text.prefix(200))"
        } catch {
            failure = Task.isCancelled ? nil : "\(error)"
        }
        let took = begun.duration(to: .now) / .milliseconds(1)
        record.withLock { record in
            switch failure {
            case nil:
                record.reads += 1
                record.readTimes.append(took)
            case let failure? where isUnproven: record.unproven.append(failure)
            case let failure?: record.failedReads.append(failure)
            }
        }
        try? await Task.sleep(for: .milliseconds(2))
    }
}
