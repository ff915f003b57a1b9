import HTTPTypes
import Postgres
import Strategies
import Testing

@Suite("Rows and their revision, over a real database")
struct SnapshotTests {
    /// What a reader saw: how often the only strategy has changed, by its version and by the revision.
    private struct Sight: Sendable {
        let revision: Int
        let version: Int
    }

    private static func patch(_ service: StrategiesUnderTest, _ id: Int, _ value: Int) async throws {
        let answer = try await service.send(.patch, "/\(id)", body: "{\"parameters\":{\"n\":\(value)}}")
        #expect(answer.status == 200)
    }

    /// Reads while somebody writes, until the writer is done; version and revision rise together, so they are equal in
    /// every snapshot.
    private static func mismatches(
        read: @escaping @Sendable (StrategiesUnderTest, _ id: Int) async throws -> Sight
    ) async throws -> Int {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("S")
            return try await withThrowingTaskGroup(of: Int.self) { tasks in
                tasks.addTask {
                    for value in 0..<150 { try await Self.patch(service, id, value) }
                    return 0
                }
                tasks.addTask {
                    var mismatches = 0
                    for _ in 0..<400 {
                        let sight = try await read(service, id)
                        if sight.revision != sight.version { mismatches += 1 }
                    }
                    return mismatches
                }
                return try await tasks.reduce(0, +)
            }
        }
    }

    @Test("come from one snapshot, whatever is written meanwhile")
    func oneSnapshot() async throws {
        let get = try await Self.mismatches { service, id in
            let user = service.users[0]
            let answer = try await service.client.read(
                Queries.get, [.integer(user), .integer(id)], caller: Caller(userID: user))
            return Sight(revision: answer.revision.number, version: answer.rows.integer(0, 3) ?? 0)
        }
        #expect(get == 0)
        let list = try await Self.mismatches { service, _ in
            let user = service.users[0]
            let (statement, parameters) = Queries.list(StrategyListQuery(), userID: user)
            let answer = try await service.client.read(statement, parameters, caller: Caller(userID: user))
            let document = answer.rows.text(1, 2) ?? ""
            let version = document.firstMatch(of: /"version":(\d+)/).flatMap { Int($0.1) }
            return Sight(revision: answer.revision.number, version: version ?? 0)
        }
        #expect(list == 0)
    }

    @Test("a reader that takes the revision by another statement is found out")
    func mutant() async throws {
        let mismatches = try await Self.mismatches { service, id in
            let user = service.users[0]
            let first = try await service.client.read(
                Queries.exists, [.integer(user), .integer(id)], caller: Caller(userID: user))
            // What may happen between any two statements.
            try await Self.patch(service, id, -1)
            let second = try await service.client.read(
                Queries.get, [.integer(user), .integer(id)], caller: Caller(userID: user))
            return Sight(revision: first.revision.number, version: second.rows.integer(0, 3) ?? 0)
        }
        #expect(mismatches == 400)
    }
}
