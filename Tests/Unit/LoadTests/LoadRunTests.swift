import Load
import NIOHTTP1
import Testing

/// Runs against a server in this process: what is sent, what counts, and what is an error.
@Suite("runs")
struct LoadRunTests {
    private static let users = (1...8).map { id in
        PreparedUser(
            user: LoadUser(
                email: "user-\(id)@example.com", password: "p", id: id, accessToken: "token-\(id)",
                accessTokenEnds: .max, refreshToken: "r"), strategies: [id * 10])
    }

    private static func scenario(_ arrival: String, timeout: String = "5s", targets: String = "errors = 0") throws
        -> Scenario
    {
        try Scenario(
            """
            description: a test
            operations: {list: 1}
            users: 8
            strategies: 1
            arrival: {\(arrival)}
            duration: 1s
            timeout: \(timeout)
            targets: ["\(targets)"]
            """, file: "test.yaml")
    }

    /// The list of the user whose token the request has.
    private static func list(_ head: HTTPRequestHead) -> String {
        let user = head.headers.first(name: "Authorization")?.split(separator: "-").last ?? ""
        return #"[{"id":\#(user)0,"user_id":\#(user)}]"#
    }

    private func run(
        _ scenario: Scenario, _ answer: @escaping @Sendable (HTTPRequestHead) -> StubServer.Answer
    ) async throws -> LoadReport {
        let server = try await StubServer.start(answer)
        let url = try LoadURL("http://127.0.0.1:\(server.port)")
        let outcome = try await LoadRun(scenario, url: url, threads: 2).run(users: Self.users)
        try await server.stop()
        #expect(Set(outcome.users.map(\.user.email)) == Set(Self.users.map(\.user.email)))
        return outcome.report
    }

    @Test("an open loop sends every request that is due, and each once")
    func open() async throws {
        let report = try await run(try Self.scenario("model: open, rate: 300/s, connections: 4")) {
            StubServer.Answer(body: Self.list($0))
        }
        #expect(report.total.requests == 300)
        #expect(report.errors.isEmpty)
        #expect(report.isMet)
        #expect(report.operations.map(\.operation) == [.list])
    }

    @Test("a closed loop asks again as soon as it was answered")
    func closed() async throws {
        let report = try await run(try Self.scenario("model: closed, connections: 4")) {
            StubServer.Answer(body: Self.list($0))
        }
        #expect(report.total.requests > 50)
        #expect(report.errors.isEmpty)
        #expect(report.late == 0)
    }

    @Test("a wrong body is an error, though its status is 200")
    func wrongBody() async throws {
        let report = try await run(try Self.scenario("model: open, rate: 100/s, connections: 4")) { head in
            let isRight = head.headers.first(name: "Authorization") != "Bearer token-3"
            return StubServer.Answer(body: isRight ? Self.list(head) : #"[{"id":10,"user_id":1}]"#)
        }
        #expect(report.total.errors > 0)
        #expect(report.total.requests + report.total.errors == 100)
        #expect(report.errors.keys.sorted() == ["wrong body: no list of this user's strategies"])
        #expect(!report.isMet)
    }

    @Test("errors are counted by their kinds, and the run goes on")
    func kinds() async throws {
        let report = try await run(try Self.scenario("model: open, rate: 100/s, connections: 4", timeout: "300ms")) {
            head in
            switch head.headers.first(name: "Authorization") {
            case "Bearer token-1": .init(status: .tooManyRequests, body: #"{"detail":"x","code":"rate_limited"}"#)
            case "Bearer token-2": .init(hangsUp: true)
            case "Bearer token-3": .init(isSilent: true)
            default: .init(body: Self.list(head))
            }
        }
        #expect(report.errors["status 429 rate_limited", default: 0] > 0)
        #expect(report.errors["connection closed before the answer", default: 0] > 0)
        #expect(report.errors["no answer in time", default: 0] > 0)
        #expect(report.total.requests + report.total.errors == 100)
    }

    @Test("with nobody there every request that was due is an error")
    func nobody() async throws {
        let server = try await StubServer.start { _ in StubServer.Answer() }
        let url = try LoadURL("http://127.0.0.1:\(server.port)")
        try await server.stop()
        let scenario = try Self.scenario("model: open, rate: 50/s, connections: 4", timeout: "500ms")
        let report = try await LoadRun(scenario, url: url, threads: 1).run(users: Self.users).report
        #expect(report.total.requests == 0)
        #expect(report.errors == ["not sent in time: no connection was free": 50])
        #expect(!report.isMet)
    }

    @Test("a run that is stopped ends, and tells what it has")
    func stopped() async throws {
        let server = try await StubServer.start { StubServer.Answer(body: Self.list($0)) }
        var scenario = try Self.scenario("model: closed, connections: 2")
        scenario.stretch(to: .seconds(3600))
        let run = LoadRun(scenario, url: try LoadURL("http://127.0.0.1:\(server.port)"), threads: 1)
        let report = try await run.run(users: Self.users, progress: { _ in run.stop() }).report
        try await server.stop()
        #expect(report.total.requests > 0)
        #expect(report.seconds < 3600)
    }
}
