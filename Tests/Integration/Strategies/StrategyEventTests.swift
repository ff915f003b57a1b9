import HTTPService
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@Suite("Events of strategies")
struct StrategyEventTests {
    private struct Event: Hashable {
        let user: Int
        let kind: String
        let data: String
    }

    /// What waits in the outbox, in its order.
    private func events(_ service: StrategiesUnderTest) async throws -> [Event] {
        let rows = try await service.database.session().execute(
            "SELECT user_id, kind, data FROM event_outbox ORDER BY id")
        return (0..<rows.count).map { row in
            Event(user: rows.integer(row, 0) ?? 0, kind: rows.text(row, 1) ?? "", data: rows.text(row, 2) ?? "")
        }
    }

    @Test("every change is told to its user, with the strategy as the API shows it, and a refused one is not")
    func changes() async throws {
        try await StrategiesUnderTest.with { service in
            let created = try await service.send(
                .post, headers: [.idempotencyKey: "k"], body: #"{"strategy_name":"A","parameters":{"x":1.50}}"#)
            let path = "/\(created.id)"
            let replaced = try await service.send(.put, path, body: #"{"strategy_name":"B"}"#)
            let patched = try await service.send(.patch, path, body: #"{"status":"active"}"#)
            let restored = try await service.send(.post, "\(path)/versions/1/restore")
            #expect(service.events.wakes == 4)
            // None of these changes anything.
            _ = try await service.send(
                .post, headers: [.idempotencyKey: "k"], body: #"{"strategy_name":"A","parameters":{"x":1.50}}"#)
            _ = try await service.send(.put, path, as: 1, body: #"{"strategy_name":"B"}"#)
            _ = try await service.send(.put, path, headers: [.ifMatch: "\"0\""], body: #"{"strategy_name":"C"}"#)
            _ = try await service.send(.post, body: "{}")
            _ = try await service.send(.delete, path, as: 1)
            _ = try await service.send(.get, path)
            let deleted = try await service.send(.delete, path)
            #expect([created, replaced, patched, restored, deleted].map(\.status) == [201, 200, 200, 200, 204])
            let other = try await service.send(.post, as: 1, body: #"{"strategy_name":"Other"}"#)
            let users = service.users
            #expect(
                try await events(service) == [
                    Event(user: users[0], kind: "strategy.created", data: created.text),
                    Event(user: users[0], kind: "strategy.changed", data: replaced.text),
                    Event(user: users[0], kind: "strategy.changed", data: patched.text),
                    Event(user: users[0], kind: "strategy.changed", data: restored.text),
                    Event(user: users[0], kind: "strategy.deleted", data: "{\"id\":\(created.id)}"),
                    Event(user: users[1], kind: "strategy.created", data: other.text),
                ])
        }
    }

    @Test("an account that goes leaves no events of its strategies behind")
    func accountGone() async throws {
        try await StrategiesUnderTest.with { service in
            for _ in 0..<3 { try await service.create("A") }
            let owner = try await service.database.session()
            try await owner.execute("DELETE FROM users WHERE id = \(service.users[0])")
            #expect(try await events(service).map(\.kind) == Array(repeating: "strategy.created", count: 3))
        }
    }

    @Test(
        "who does not hold the publishers' lock, or asks for a user, sees nothing of the outbox, and nobody adds to it")
    func isolation() async throws {
        try await StrategiesUnderTest.with { service in
            try await service.create("A")
            let session = try await service.database.session(.strategies)
            let count = "SELECT count(*) FROM event_outbox"
            #expect(try await session.execute(count).integer(0, 0) == 0)
            #expect(try await session.execute("SELECT event_outbox_age() >= 0").boolean(0, 0) == true)
            await #expect(throws: (any Error).self) {
                try await session.execute(
                    "INSERT INTO event_outbox (user_id, kind, data) VALUES (1, 'strategy.created', '{}')")
            }
            await #expect(throws: (any Error).self) { try await session.execute("UPDATE event_outbox SET user_id = 1") }
            for user in service.users {
                try await session.execute("SET cryptodesk.user_id = '\(user)'")
                #expect(try await session.execute(count).integer(0, 0) == 0)
                #expect(try await session.execute("DELETE FROM event_outbox").affected == 0)
            }
            try await session.execute("BEGIN; SELECT pg_advisory_xact_lock(hashtext('cryptodesk.event_outbox'))")
            #expect(try await session.execute(count).integer(0, 0) == 0)
            try await session.execute("RESET cryptodesk.user_id")
            #expect(try await session.execute(count).integer(0, 0) == 1)
            try await session.execute("COMMIT")
            #expect(try await session.execute(count).integer(0, 0) == 0)
        }
    }
}
