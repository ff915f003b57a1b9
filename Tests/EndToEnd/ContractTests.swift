import JSON
import NIOHTTP1
import TestSupport
import Testing

@Suite("The public contract, through nginx and a gateway")
struct ContractTests {
    @Test("what does not exist is 404, a wrong method 405 with Allow, each with the error's three members")
    func routing() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let missing = try await client.get("/api/v1/nothing")
        #expect(missing.status == 404)
        #expect(missing.object.names == ["detail", "code", "request_id"])
        #expect(missing.headers.first(name: "X-Request-Id") == missing["request_id"]?.string)
        let wrong = try await client.send(.DELETE, "/api/v1/auth/login")
        #expect(wrong.status == 405 && wrong.headers.first(name: "Allow")?.contains("POST") == true)
    }

    @Test("a well-formed request id is kept, another is replaced")
    func requestIDs() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let kept = try await client.get("/health", headers: [("X-Request-Id", "order-0001.retry_1")])
        #expect(kept.headers["X-Request-Id"] == ["order-0001.retry_1"])
        let replaced = try await client.get("/health", headers: [("X-Request-Id", "no good")])
        #expect(replaced.headers["X-Request-Id"] != ["no good"] && replaced.headers["X-Request-Id"].count == 1)
    }

    @Test("bodies are judged before anything is done with them")
    func bodies() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        func create(_ type: String, _ text: String) async throws -> Int {
            try await user.client.send(.POST, "/api/v1/strategies", body: (type, text)).status
        }
        #expect(try await create("text/plain", "{}") == 415)
        #expect(try await create("application/json", "{") == 400)
        #expect(try await create("application/json", "[]") == 422)
        #expect(try await create("application/json", #"{"strategy_name":""}"#) == 422)
        #expect(try await create("application/json", #"{"strategy_name":"x","unknown":1}"#) == 422)
        #expect(try await create("application/json", #"{"strategy_name":"x\u0000y"}"#) == 422)
        #expect(try await create("application/json", #"{"strategy_name":"x","parameters":{"n":1e999999}}"#) == 422)
        #expect(try await user.client.get("/api/v1/strategies").json == .array([]))
        let huge = #"{"strategy_name":"x","description":""# + String(repeating: "a", count: 10 << 20) + #""}"#
        #expect(try await create("application/json", huge) == 413)
    }

    @Test("each broken rule of a registration is an item of its own")
    func validation() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let answer = try await client.post(
            "/api/v1/auth/register", json: #"{"email":"no address","password":"short","full_name":"","extra":1}"#)
        #expect(answer.status == 422)
        let items = answer["detail"]?.array?.compactMap(\.object) ?? []
        #expect(items.allSatisfy { Set($0.names) == ["loc", "msg", "type"] })
        let places = Set(items.compactMap { $0["loc"]?.array?.last?.string })
        #expect(places == ["email", "password", "full_name", "extra"])
        #expect(items.count { $0["loc"]?.array?.last?.string == "password" } >= 3)
    }

    @Test("a preflight is answered for an origin on the list, and for no other")
    func cors() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let headers = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
        let refused = try await client.send(.OPTIONS, "/api/v1/strategies", headers: headers)
        #expect(refused.headers["Access-Control-Allow-Origin"].isEmpty)
        let answer = try await client.get("/health", headers: [("Origin", "https://evil.example")])
        #expect(answer.headers["Access-Control-Allow-Origin"].isEmpty)
    }

    @Test("health tells of each part, and nothing of the inside")
    func health() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        // It is honest: on a machine that stood still for a second, 503 is right for as long.
        #expect(try await eventually { try await client.get("/health").status == 200 })
        let answer = try await client.get("/health")
        #expect(Set(answer.object.names).isSuperset(of: ["status", "services", "postgres", "redis", "version"]))
        #expect(Set(answer["services"]?.object?.names ?? []) == ["auth", "strategies"])
        #expect(!answer.text.contains("127.0.0.1") && !answer.text.contains("/var/"))
    }

    @Test("answers carry the security headers and do not name the server's software")
    func securityHeaders() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        let user = try await TestUser.make(cluster)
        for path in ["/api/v1/strategies", "/api/v1/nothing", "/health"] {
            let headers = try await user.client.get(path).headers
            #expect(headers["X-Content-Type-Options"] == ["nosniff"], "\(path)")
            #expect(headers["X-Frame-Options"] == ["DENY"], "\(path)")
            #expect(headers.contains(name: "Content-Security-Policy") && headers.contains(name: "Referrer-Policy"))
            #expect(!headers["Server"].contains { $0.contains("/") })
        }
    }

    @Test("what nginx answers itself carries the same security headers as what a gateway answers")
    func edgeHeaders() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        let expected = try await client.get("/api/v1/nothing").headers
        let names = [
            "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy",
            "Content-Security-Policy",
        ]
        let tooLarge = ("application/json", String(repeating: " ", count: 12 << 20))
        let answers = [
            try await client.get("/"), try await client.send(.TRACE, "/health"),
            try await client.send(.POST, "/api/v1/auth/register", body: tooLarge),
        ]
        #expect(answers.map(\.status) == [200, 405, 413])
        for answer in answers {
            // The dashboard may load its own files.
            for name in names where answer.status != 200 || name != "Content-Security-Policy" {
                #expect(answer.headers[name] == expected[name], "\(answer.status) \(name)")
            }
            #expect(answer.headers["X-Request-Id"].count == 1)
        }
        for answer in answers.dropFirst() {
            #expect(answer.object.names == ["detail", "code", "request_id"])
            #expect(answer.headers.first(name: "X-Request-Id") == answer["request_id"]?.string)
        }
    }

    @Test("the dashboard's page runs nothing but scripts of its own, at each of its addresses")
    func dashboardPolicy() async throws {
        let client = APIClient(try await ClusterUnderTest.shared.value.baseURL)
        for path in ["/", "/sign-in", "/strategies/17", "/account", "/admin/users"] {
            let page = try await client.get(path)
            try #require(page.status == 200, "\(path): \(page.text)")
            let policy = try #require(page.headers.first(name: "Content-Security-Policy"))
            let rules = policy.split(separator: ";").map { $0.drop { $0 == " " } }
            #expect(rules.contains("default-src 'self'"))
            #expect(rules.contains("require-trusted-types-for 'script'") && rules.contains("trusted-types 'none'"))
            #expect(rules.contains("frame-ancestors 'none'") && rules.contains("base-uri 'none'"))
            #expect(!rules.contains { $0.hasPrefix("script-src") || $0.hasPrefix("connect-src") })
            #expect(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains("*"))
            // What the policy would stop is not there either: each script is a file, and nothing is written in a tag.
            for tag in page.text.matches(of: /<script\b[^>]*>/) { #expect(tag.output.contains(" src=\"/assets/")) }
            #expect(page.text.firstMatch(of: /<[^>]*\s(?:on[a-z]+|style)=/) == nil)
        }
    }

    @Test("of a target in absolute form the authority counts, and not the Host beside it")
    func absoluteForm() async throws {
        let cluster = try await ClusterUnderTest.shared.value
        // nginx lets this Host pass, and a gateway does not.
        let absolute = try await RawRequest.send(
            "GET http://desk.example:8080/health HTTP/1.1\r\nHost: a,b\r\nConnection: close\r\n\r\n", port: cluster.port
        )
        #expect(absolute.hasPrefix("HTTP/1.1 200 "))
        let origin = try await RawRequest.send(
            "GET /health HTTP/1.1\r\nHost: a,b\r\nConnection: close\r\n\r\n", port: cluster.port)
        #expect(origin.hasPrefix("HTTP/1.1 400 "))
        let wrong = try await RawRequest.send(
            "GET http://a,b/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: cluster.port)
        #expect(wrong.hasPrefix("HTTP/1.1 400 "))
    }

    @Test("conditional requests: 304 on a match, 412 on a stale one")
    func conditions() async throws {
        let user = try await TestUser.make(ClusterUnderTest.shared.value)
        let id = try await user.createStrategy()
        let path = "/api/v1/strategies/\(id)"
        let tag = try #require(try await user.client.get(path).headers.first(name: "ETag"))
        #expect(try await user.client.get(path, headers: [("If-None-Match", tag)]).status == 304)
        let body = (type: "application/json", text: #"{"status":"active"}"#)
        #expect(try await user.client.send(.PATCH, path, headers: [("If-Match", tag)], body: body).status == 200)
        #expect(try await user.client.send(.PATCH, path, headers: [("If-Match", tag)], body: body).status == 412)
        #expect(try await user.client.get(path, headers: [("If-None-Match", tag)]).status == 200)
    }

    @Test("pages follow each other by their Link header, without a gap or a repeat")
    func pagination() async throws {
        let user = try await TestUser.make(ClusterUnderTest.shared.value)
        for number in 0..<7 { _ = try await user.createStrategy("S\(number)") }
        var names: [String] = []
        var path: String? = "/api/v1/strategies?limit=3&sort=strategy_name"
        while let next = path {
            let answer = try await user.client.get(next)
            try #require(answer.status == 200, "\(answer.text)")
            names += answer.json.array?.compactMap { $0.object?["strategy_name"]?.string } ?? []
            path = answer.headers.first(name: "Link").flatMap { link in
                link.firstMatch(of: /<([^>]+)>; rel="next"/).map { String($0.1) }
            }
        }
        #expect(names == (0..<7).map { "S\($0)" })
    }
}
