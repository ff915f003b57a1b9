import Events
import HTTPTypes
import JSON
import TestSupport
import Testing

@Suite("Events of strategies")
struct StrategyEventTests {
    @Test("every change is told to its user, with the strategy as the API shows it, and a refused one is not")
    func changes() async throws {
        try await StrategiesUnderTest.with { service in
            let created = try await service.send(.post, body: #"{"strategy_name":"A","parameters":{"x":1.50}}"#)
            let path = "/\(created.id)"
            let replaced = try await service.send(.put, path, body: #"{"strategy_name":"B"}"#)
            let patched = try await service.send(.patch, path, body: #"{"status":"active"}"#)
            // None of these changes anything.
            _ = try await service.send(.put, path, as: 1, body: #"{"strategy_name":"B"}"#)
            _ = try await service.send(.put, path, headers: [.ifMatch: "\"0\""], body: #"{"strategy_name":"C"}"#)
            _ = try await service.send(.post, body: "{}")
            _ = try await service.send(.delete, path, as: 1)
            _ = try await service.send(.get, path)
            let deleted = try await service.send(.delete, path)
            #expect([created, replaced, patched, deleted].map(\.status) == [201, 200, 200, 204])
            let other = try await service.create("Other", as: 1)
            let events = service.events.all
            #expect(
                events.map(\.kind) == [
                    .strategyCreated, .strategyChanged, .strategyChanged, .strategyDeleted, .strategyCreated,
                ])
            #expect(events.map(\.userID) == [0, 0, 0, 0, 1].map { service.users[$0] })
            let texts = events.map { String(decoding: $0.data, as: UTF8.self) }
            #expect(Array(texts.prefix(3)) == [created.text, replaced.text, patched.text])
            #expect(
                texts[3] == "{\"id\":\(created.id)}" && texts[4].contains("\"id\": \(other)")
                    || texts[4].contains("\"id\":\(other)"))
        }
    }
}
