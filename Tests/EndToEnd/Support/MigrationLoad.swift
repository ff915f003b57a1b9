import Foundation
import JSON
import NIOHTTP1
import Synchronization

/// Users of a monolith who read and write their tasks through the gateways while the routes move, and what came of it.
///
/// A user's requests come one after the other and through one gateway, as a browser's do; many users ask at once.
final class MigrationLoad: Sendable {
    struct User: Sendable {
        let legacyID: Int
        let client: APIClient
        /// A task that nobody changes, so that every store has it.
        let task: Int
    }

    struct Record {
        var reads = 0
        var writes = 0
        var failures: [String] = []
        /// By user, the tasks that must be there, by their ids: each change here was confirmed.
        var tasks: [Int: [Int: String]] = [:]
        /// By user, the sides that answered reads of the task, one after the other, each once until another one did.
        var sides: [Int: [String]] = [:]
    }

    private enum Step: CaseIterable {
        case list, read, create, rename, delete
    }

    private let users: [User]
    private let record: Mutex<Record>
    private let isOver = Mutex(false)

    init(_ users: [User]) {
        self.users = users
        record = Mutex(Record())
    }

    var now: Record { record.withLock { $0 } }

    /// The sides that were seen from now on are a new sequence.
    func forgetSides() { record.withLock { $0.sides.removeAll() } }

    /// Keeps the load up while `body` runs; what has begun when it ends comes to its end, so that everything is known.
    func run(workers: Int, while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                let own = stride(from: worker, to: users.count, by: workers).map { users[$0] }
                group.addTask {
                    var round = 0
                    while !self.hasEnded {
                        for (index, user) in own.enumerated() where !self.hasEnded {
                            await self.ask(user, Step.allCases[(round + index) % Step.allCases.count], round)
                        }
                        round += 1
                    }
                }
            }
            defer { isOver.withLock { $0 = true } }
            try await body()
        }
    }

    private var hasEnded: Bool { isOver.withLock { $0 } }

    private func ask(_ user: User, _ step: Step, _ round: Int) async {
        let own = record.withLock { $0.tasks[user.legacyID] ?? [:] }
        do {
            switch (step, own.keys.sorted().first) {
            case (.list, _), (.delete, nil):
                let answer = try await user.client.get("/tasks/")
                note(answer, of: user) { $0.reads += 1 }
            case (.read, _):
                let answer = try await user.client.get("/tasks/\(user.task)")
                let side = answer["owner_id"] == nil ? "candidate" : "legacy"
                note(answer, of: user) { record in
                    record.reads += 1
                    if record.sides[user.legacyID]?.last != side {
                        record.sides[user.legacyID, default: []].append(side)
                    }
                }
            case (.create, _), (.rename, nil):
                let title = "Task \(user.legacyID).\(round)"
                let answer = try await user.client.post("/tasks/", json: #"{"title":"\#(title)","description":"d"}"#)
                note(answer, of: user) { record in
                    record.writes += 1
                    guard let id = answer["id"]?.integer else { return record.failures.append(answer.text) }
                    record.tasks[user.legacyID, default: [:]][id] = title
                }
            case (.rename, let task?):
                let title = "Renamed \(user.legacyID).\(round)"
                let answer = try await user.client.send(
                    .PUT, "/tasks/\(task)", body: ("application/json", #"{"title":"\#(title)","description":"d"}"#))
                note(answer, of: user) { record in
                    record.writes += 1
                    record.tasks[user.legacyID]?[task] = title
                }
            case (.delete, let task?):
                let answer = try await user.client.send(.DELETE, "/tasks/\(task)")
                note(answer, of: user) { record in
                    record.writes += 1
                    record.tasks[user.legacyID]?[task] = nil
                }
            }
        } catch {
            record.withLock { $0.failures.append("\(step) of \(user.legacyID): \(error)") }
        }
    }

    private func note(_ answer: APIClient.Answer, of user: User, _ succeeded: (inout Record) -> Void) {
        record.withLock { record in
            if (200..<300).contains(answer.status) {
                succeeded(&record)
            } else {
                record.failures.append("\(user.legacyID): \(answer.status) \(answer.text.prefix(200))")
            }
        }
    }
}
