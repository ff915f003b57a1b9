import HTTPService
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@Suite("Idempotency keys, over a real database")
struct IdempotencyTests {
    private static func headers(_ key: String) -> HTTPFields { [.idempotencyKey: key] }
    private static let body = #"{"strategy_name":"once","parameters":{"a":1.50}}"#

    @Test("a repeat answers the first answer, even of a strategy that has changed or is gone")
    func repeats() async throws {
        try await StrategiesUnderTest.with { service in
            let headers = Self.headers("key-1")
            let first = try await service.send(.post, headers: headers, body: Self.body)
            #expect(first.status == 201)
            #expect(try await service.send(.patch, "/\(first.id)", body: #"{"strategy_name":"M"}"#).status == 200)
            let again = try await service.send(.post, headers: headers, body: " " + Self.body)
            #expect(try await service.send(.delete, "/\(first.id)").status == 204)
            let afterwards = try await service.send(.post, headers: headers, body: Self.body)
            for answer in [again, afterwards] {
                #expect(answer.status == 201 && answer.text == first.text)
                #expect(answer.headers[.location] == first.headers[.location])
                #expect(answer.headers[.eTag] == first.headers[.eTag])
                #expect(answer.headers[.consistencyToken] != nil)
            }
            #expect(try await service.send(.get).ids.isEmpty)
            // Without a key, and with another one, it is another request.
            let others = [
                try await service.send(.post, body: Self.body),
                try await service.send(.post, headers: Self.headers("key-2"), body: Self.body),
            ]
            #expect(try await service.send(.get).ids == Array(others.map(\.id).reversed()))
        }
    }

    @Test("another body under the same key is refused, and changes nothing")
    func otherBody() async throws {
        try await StrategiesUnderTest.with { service in
            let first = try await service.send(.post, headers: Self.headers("k"), body: Self.body)
            let other = try await service.send(.post, headers: Self.headers("k"), body: #"{"strategy_name":"other"}"#)
            #expect(other.status == 422 && other.object["code"] == .string("idempotency_key_reused"))
            #expect(other.object["detail"]?.array?.count == 1)
            #expect(try await service.send(.post, headers: Self.headers("a b"), body: Self.body).status == 400)
            // An invalid request takes no key.
            #expect(try await service.send(.post, headers: Self.headers("free"), body: "{}").status == 422)
            #expect(try await service.send(.post, headers: Self.headers("free"), body: Self.body).status == 201)
            #expect(try await service.send(.get).ids.contains(first.id))
            #expect(try await service.send(.get).ids.count == 2)
        }
    }

    @Test("a key is its user's own")
    func scope() async throws {
        try await StrategiesUnderTest.with { service in
            let mine = try await service.send(.post, headers: Self.headers("k"), body: Self.body)
            let foreign = try await service.send(
                .post, as: 1, headers: Self.headers("k"), body: #"{"strategy_name":"theirs"}"#)
            #expect(foreign.status == 201 && foreign.id != mine.id)
            #expect(try await service.send(.get).ids == [mine.id])
            #expect(try await service.send(.get, as: 1).ids == [foreign.id])
            let session = try await service.database.session(.strategies)
            try await session.execute("SET cryptodesk.user_id = '\(service.users[1])'")
            #expect(try await session.execute("SELECT strategy_id FROM idempotency_keys").count == 1)
        }
    }

    @Test("of many repeats at once one creates, and all get its answer")
    func concurrent() async throws {
        try await StrategiesUnderTest.with { service in
            let answers = try await withThrowingTaskGroup(of: [StrategiesUnderTest.Answer].self) { tasks in
                for index in 0..<20 {
                    tasks.addTask {
                        [try await service.send(.post, headers: Self.headers("k\(index % 2)"), body: Self.body)]
                    }
                }
                return try await tasks.reduce(into: []) { $0 += $1 }
            }
            #expect(answers.allSatisfy { $0.status == 201 })
            #expect(Set(answers.map(\.text)).count == 2)
            let ids = try await service.send(.get).ids
            #expect(ids.count == 2 && Set(ids) == Set(answers.map(\.id)))
        }
    }

    @Test("a key is free again after 24 hours, and those that nobody asks for go")
    func expiry() async throws {
        try await StrategiesUnderTest.with { service in
            let owner = try await service.database.session()
            func age(_ hours: Double) async throws {
                try await owner.execute(
                    "UPDATE idempotency_keys SET created_at = now() - interval '1 hour' * \(hours)")
            }
            let first = try await service.send(.post, headers: Self.headers("k"), body: Self.body)
            #expect(try await service.send(.post, headers: Self.headers("unasked"), body: Self.body).status == 201)
            try await age(23.9)
            #expect(try await service.send(.post, headers: Self.headers("k"), body: Self.body).text == first.text)
            try await age(24.1)
            let second = try await service.send(.post, headers: Self.headers("k"), body: #"{"strategy_name":"new"}"#)
            #expect(second.status == 201 && second.id != first.id)
            let keys = try await owner.execute("SELECT key FROM idempotency_keys")
            #expect(keys.count == 1 && keys.text(0, 0) == "k")
        }
    }
}
