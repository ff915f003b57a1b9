import Consistency
import HTTPService
import HTTPTypes
import JSON
import Postgres
import TestSupport
import Testing

@Suite("Consistency tokens of the strategies, over a real database")
struct StrategyConsistencyTests {
    private static func revision(_ answer: StrategiesUnderTest.Answer) throws -> Revision {
        let text = try #require(answer.headers[.consistencyToken])
        return try #require(StrategiesUnderTest.codec.decode(text)).token.revision
    }

    private static func token(_ service: StrategiesUnderTest, _ epoch: Int, _ number: Int, user: Int = 0) -> String {
        StrategiesUnderTest.codec.encode(
            ConsistencyToken(userID: service.users[user], revision: Revision(epoch: epoch, number: number)))
    }

    /// As if the primary had been lost with all that came after a revision, and another had taken its place.
    private static func promote(_ service: StrategiesUnderTest, keeping number: Int) async throws {
        try await service.database.session().execute(
            """
            INSERT INTO primary_epochs (epoch, server)
            SELECT max(epoch) + 1, current_setting('cluster_name') FROM primary_epochs;
            UPDATE user_revisions SET revision = least(revision, \(number)) WHERE user_id = \(service.users[0]);
            """)
    }

    @Test("every answer about the data carries one, refusals too, and each write's is one more")
    func everywhere() async throws {
        try await StrategiesUnderTest.with { service in
            let empty = try await service.send(.get)
            #expect(try Self.revision(empty) == .zero)
            let created = try await service.send(.post, body: #"{"strategy_name":"S"}"#)
            #expect(try Self.revision(created) == Revision(epoch: 1, number: 1))
            let path = "/\(created.id)"
            let tag = try #require(created.headers[.eTag])
            let reads: [(HTTPRequest.Method, String, HTTPFields, String?, Int)] = [
                (.get, "", [:], nil, 200), (.get, path, [:], nil, 200), (.head, path, [:], nil, 200),
                (.get, path, [.ifNoneMatch: tag], nil, 304), (.get, "/999999999", [:], nil, 404),
                (.put, path, [.ifMatch: "\"x\""], #"{"strategy_name":"T"}"#, 412),
                (.delete, "/999999999", [:], nil, 404),
            ]
            for (method, target, headers, body, status) in reads {
                let answer = try await service.send(method, target, headers: headers, body: body)
                #expect(answer.status == status, "\(method) \(target)")
                #expect(try Self.revision(answer).number == 1, "\(method) \(target)")
            }
            let put = try await service.send(.put, path, body: #"{"strategy_name":"T"}"#)
            let patched = try await service.send(.patch, path, body: #"{"strategy_name":"U"}"#)
            let deleted = try await service.send(.delete, path)
            #expect(try [put, patched, deleted].map { try Self.revision($0).number } == [2, 3, 4])
            #expect(try await service.send(.post, body: "{}").headers[.consistencyToken] == nil)
        }
    }

    @Test("of many patches at once each raises the revision once, also where the row had to be locked")
    func contention() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("S")
            let numbers = try await withThrowingTaskGroup(of: Int.self) { tasks in
                for index in 0..<40 {
                    tasks.addTask {
                        let answer = try await service.send(
                            .patch, "/\(id)", body: "{\"parameters\":{\"p\(index)\":1}}")
                        return try Self.revision(answer).number
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(numbers.sorted() == Array(2...41))
        }
    }

    @Test("another user's token and a forged one are refused in the header, and nothing is done")
    func foreign() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("S")
            for text in [Self.token(service, 1, 1, user: 1), "x", Self.token(service, 1, 1) + "A"] {
                let headers: HTTPFields = [.consistencyToken: text]
                for (method, target) in [(HTTPRequest.Method.get, ""), (.get, "/\(id)"), (.delete, "/\(id)")] {
                    let answer = try await service.send(method, target, headers: headers)
                    #expect(answer.status == 400 && answer.object["code"] == .string("invalid_consistency_token"))
                }
            }
            let answer = try await service.send(.get, headers: [.cookie: "cryptodesk_consistency=x"])
            #expect(answer.status == 200 && answer.ids == [id] && answer.headers[.setCookie] == nil)
        }
    }

    @Test("consistency=strong is known everywhere, other values nowhere, and a next page is asked for alike")
    func strong() async throws {
        try await StrategiesUnderTest.with { service in
            var ids: [Int] = []
            for index in 0..<3 { ids.append(try await service.create("S\(index)")) }
            for target in ["?consistency=strong", "/\(ids[0])?consistency=strong"] {
                #expect(try await service.send(.get, target).status == 200)
            }
            for target in ["?consistency=weak", "/\(ids[0])?consistency=weak"] {
                let answer = try await service.send(.get, target)
                #expect(answer.status == 422 && answer.text.contains(#"["query","consistency"]"#))
            }
            let plain = try #require(try await service.send(.get, "?limit=2").next)
            #expect(!plain.contains("consistency"))
            let next = try #require(try await service.send(.get, "?limit=2&consistency=strong").next)
            #expect(next.contains("consistency=strong"))
            #expect(try await service.send(.get, next).ids == [ids[0]])
        }
    }

    @Test("a loss is told once, before anything older is shown, with the token to go on with")
    func lost() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("S")
            for value in 0..<3 {
                _ = try await service.send(.patch, "/\(id)", body: "{\"parameters\":{\"n\":\(value)}}")
            }
            let told = Self.token(service, 1, 4)
            try await Self.promote(service, keeping: 2)
            let headers: HTTPFields = [.consistencyToken: told]
            for (method, target, body) in [
                (HTTPRequest.Method.get, "", String?.none), (.get, "/\(id)", nil), (.head, "/\(id)", nil),
                (.post, "", #"{"strategy_name":"T"}"#), (.put, "/\(id)", #"{"strategy_name":"T"}"#),
                (.patch, "/\(id)", "{}"), (.delete, "/\(id)", nil),
            ] {
                let answer = try await service.send(method, target, headers: headers, body: body)
                #expect(answer.status == 409, "\(method) \(target)")
                #expect(try Self.revision(answer) == Revision(epoch: 1, number: 2), "\(method) \(target)")
                if method != .head { #expect(answer.object["code"] == .string("changes_lost")) }
            }
            let refusal = try await service.send(.get, headers: headers)
            let onward: HTTPFields = [.consistencyToken: try #require(refusal.headers[.consistencyToken])]
            #expect(try await service.send(.get, headers: onward).ids == [id])
            let written = try await service.send(.patch, "/\(id)", headers: onward, body: "{}")
            #expect(written.status == 200)
            #expect(try Self.revision(written) == Revision(epoch: 2, number: 3))
        }
    }

    @Test("a loss is told also when the new epoch has grown past it")
    func grownPast() async throws {
        try await StrategiesUnderTest.with { service in
            let id = try await service.create("S")
            for value in 0..<3 {
                _ = try await service.send(.patch, "/\(id)", body: "{\"parameters\":{\"n\":\(value)}}")
            }
            try await Self.promote(service, keeping: 2)
            for value in 0..<5 {
                _ = try await service.send(.patch, "/\(id)", body: "{\"parameters\":{\"m\":\(value)}}")
            }
            let unharmed = try await service.send(.get, headers: [.consistencyToken: Self.token(service, 1, 2)])
            #expect(unharmed.status == 200)
            #expect(try Self.revision(unharmed) == Revision(epoch: 2, number: 7))
            for number in [3, 4] {
                let headers: HTTPFields = [.consistencyToken: Self.token(service, 1, number)]
                let answer = try await service.send(.get, headers: headers)
                #expect(answer.status == 409 && answer.object["code"] == .string("changes_lost"))
                #expect(try Self.revision(answer) == Revision(epoch: 2, number: 7))
                #expect(try await service.send(.delete, "/\(id)", headers: headers).status == 409)
            }
            #expect(try await service.send(.get, "/\(id)").status == 200)
        }
    }
}
