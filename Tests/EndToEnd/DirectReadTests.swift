import NIOHTTP1
import TestSupport
import Testing

@Suite("What a service answers directly")
struct DirectReadTests {
    /// A field that changes nothing, but that the direct way does not know what to make of.
    private static let longWay = [("Connection", "keep-alive")]

    private func counted(_ cluster: ClusterUnderTest) async throws -> Int {
        let metrics = try await APIClient(cluster.strategiesAdminURL(1)).get("/metrics").text
        let line = metrics.split(separator: "\n").first { $0.hasPrefix("cryptodesk_http_requests_direct_total ") }
        return Int(line?.split(separator: " ").last ?? "") ?? 0
    }

    @Test("is what the router answers to the same request: status, fields and body")
    func sameAnswers() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let other = try await TestUser.make(cluster)
        var ids: [Int] = []
        for name in ["First", "Second", "Third"] { ids.append(try await user.createStrategy(name)) }
        let foreign = try await other.createStrategy()
        let path = "/api/v1/strategies"
        let client = user.client.at(cluster.strategiesURL(1))
        let before = try await counted(cluster)
        let targets =
            ["", "?limit=2", "?limit=2&sort=strategy_name&status=draft", "?q=ir", "?tag=none", "?limit=0", "?cursor=x"]
            + [
                "?consistency=strong", "?unknown=1", "?limit=%GG", "/\(ids[0])", "/\(foreign)", "/0\(ids[0])", "/x",
                "/",
            ]
        for target in targets {
            // Once more where a replica had to catch up with the user's writes first.
            let direct = try await client.get(path + target)
            let routed = try await client.get(path + target, headers: Self.longWay)
            #expect(direct.status == routed.status, "\(target)")
            #expect(fields(direct) == fields(routed), "\(target)")
            #expect(text(direct) == text(routed), "\(target)")
        }
        #expect(try await counted(cluster) > before, "nothing was answered directly")
    }

    @Test("says which request it belongs to, and what the client has seen by it")
    func fieldsOfTheRequest() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let id = try await user.createStrategy()
        let client = user.client.at(cluster.strategiesURL(1))
        let answer = try await client.get("/api/v1/strategies/\(id)", headers: [("X-Request-Id", "direct-read-1")])
        #expect(answer.headers.first(name: "X-Request-Id") == "direct-read-1")
        #expect(answer.headers["Date"].count == 1 && answer.headers["Consistency-Token"].count == 1)
        let made = try await client.get("/api/v1/strategies", headers: [("X-Request-Id", "not well formed")])
        #expect((made.headers.first(name: "X-Request-Id") ?? "").utf8.count == 32)
        let stranger = client.with(token: user.accessToken + "x")
        #expect(try await stranger.get("/api/v1/strategies").status == 401)
        #expect(try await client.get("/api/v1/strategies", headers: [("Consistency-Token", "AQ")]).status == 400)
    }

    @Test("keeps its place among the answers to requests that were sent ahead, whichever way those go")
    func pipelined() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        var ids: [Int] = []
        for index in 0..<6 { ids.append(try await user.createStrategy("S\(index)")) }
        let requests = ids.enumerated().map { index, id in
            let way = index % 3 == 2 ? "If-None-Match: \"x\"\r\n" : ""
            return "GET /api/v1/strategies/\(id) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(user.accessToken)\r\n"
                + "Consistency-Token: \(user.client.consistency?.token ?? "")\r\n\(way)\r\n"
        }
        let last = "GET /api/v1/strategies HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let answers = try await RawRequest.send(requests.joined() + last, port: cluster.port + 301)
        let shown = answers.matches(of: #/\{"id":(\d+),/#).compactMap { Int($0.output.1) }
        #expect(shown == ids)
        #expect(
            answers.matches(of: #/HTTP/1.1 (\d+) /#).map { String($0.output.1) } == Array(repeating: "200", count: 6)
                + ["401"])
    }

    @Test("goes out before the refusal of what is no HTTP behind it")
    func garbageBehind() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        let id = try await user.createStrategy()
        let good =
            "GET /api/v1/strategies/\(id) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(user.accessToken)\r\n\r\n"
        // On the long way, taken before the service knows the token and while its replica is behind, the first request
        // shares the other's fate.
        let wasAnswered = try await eventually {
            let answers = try await RawRequest.send(good + "NONSENSE\r\n\r\n", port: cluster.port + 301)
            let statuses = answers.matches(of: #/HTTP/1.1 (\d+) /#).map { String($0.output.1) }
            #expect(statuses.last == "400" && statuses.count <= 2)
            _ = try await user.client.at(cluster.strategiesURL(1)).get("/api/v1/strategies/\(id)")
            return statuses == ["200", "400"]
        }
        #expect(wasAnswered)
    }

    // MARK: Parts of an answer

    private func fields(_ answer: APIClient.Answer) -> [String] {
        answer.headers.filter { !["date", "x-request-id", "connection"].contains($0.name.lowercased()) }
            .map { "\($0.name): \($0.value)" }.sorted()
    }

    /// An error names its request, and each has an id of its own.
    private func text(_ answer: APIClient.Answer) -> String {
        answer.text.replacing(#/"request_id":"[^"]*"/#, with: "")
    }
}
