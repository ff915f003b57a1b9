import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Gateway, requests and answers")
struct GatewayProxyTests {
    /// A gateway in front of one upstream.
    private func run(
        _ options: GatewayUnderTest.Options = .init(),
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    @Test("a request goes up and its answer comes down, with what every answer carries")
    func plain() async throws {
        try await run { gateway, upstream in
            let answer = try await gateway.ask(
                GatewayUnderTest.request("GET", "/api/v1/strategies?limit=5", more: ["X-Request-Id: request-1"]))
            #expect(answer.status == 200)
            #expect(answer.body == "hello")
            #expect(answer.field("X-Request-Id") == "request-1")
            #expect(answer.field("X-Content-Type-Options") == "nosniff")
            #expect(answer.field("RateLimit-Policy") == "\"user\";q=100000;w=1")
            let sent = try #require(upstream.requests.first)
            #expect(sent.uri == "/api/v1/strategies?limit=5")
            #expect(sent.fields["X-Request-Id"] == ["request-1"])
            #expect(sent.fields["X-Forwarded-For"] == ["127.0.0.1"])
            #expect(sent.fields["traceparent"].first?.count == 55)
            #expect(sent.fields["traceparent"].first == answer.field("traceparent"))
        }
    }

    @Test("a trace goes on with a span of its own, and nobody is sampled because he wants to be")
    func trace() async throws {
        try await run { gateway, upstream in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            _ = try await gateway.ask(GatewayUnderTest.request(more: ["traceparent: \(trace)"]))
            let sent = try #require(upstream.requests.first?.fields["traceparent"].first)
            #expect(sent.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") && sent.hasSuffix("-00"))
            #expect(sent != trace)
            _ = try await gateway.ask(GatewayUnderTest.request(more: ["traceparent: 00-zz"]))
            #expect(upstream.requests.last?.fields["traceparent"].first?.hasSuffix("-00") == true)
        }
    }

    @Test("requests of one connection use one upstream connection after the other's end")
    func keepAlive() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            for count in 1...20 {
                try await client.send(GatewayUnderTest.request())
                try await client.receive { text in text.components("hello") == count }
            }
            #expect(upstream.connectionCount == 1)
            let other = try await gateway.client()
            try await other.send(GatewayUnderTest.request())
            _ = try await other.receiveAnswer()
            #expect(upstream.connectionCount == 1)
        }
    }

    @Test("pipelined requests are answered in order, whoever answers")
    func pipelining() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            let requests = [
                GatewayUnderTest.request("GET", "/api/v1/strategies", behave: "chunked"),
                GatewayUnderTest.request("GET", "/nowhere"),
                GatewayUnderTest.request("POST", "/api/v1/strategies", body: "{\"a\":1}"),
                GatewayUnderTest.request("GET", "/health"),
                GatewayUnderTest.request("GET", "/api/v1/strategies/7", more: ["Connection: close"]),
                GatewayUnderTest.request("GET", "/api/v1/strategies/8"),
            ]
            try await client.send(requests.joined())
            let text = try await client.receiveToEnd()
            var (statuses, bodies, rest) = ([Int](), [String](), text)
            while !rest.isEmpty {
                let answer = RawAnswer(rest)
                guard answer.isComplete else { break }
                statuses.append(answer.status)
                bodies.append(answer.body)
                rest = answer.rest
            }
            #expect(statuses == [200, 404, 200, 200, 200])
            #expect(bodies.first == "3\r\none\r\n3\r\ntwo" && bodies.last == "hello")
            #expect(
                upstream.requests.map(\.uri) == ["/api/v1/strategies", "/api/v1/strategies", "/api/v1/strategies/7"])
            #expect(upstream.requests[1].body == "{\"a\":1}")
        }
    }

    @Test("HEAD gets the fields of the answer alone, and the connection goes on")
    func head() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request("HEAD") + GatewayUnderTest.request("GET"))
            let text = try await client.receive { $0.hasSuffix("hello") }
            #expect(text.components("Content-Length: 5") == 2 && text.components("hello") == 1)
        }
    }

    @Test("a chunked body goes up chunked, trailers included, except for those that must not come late")
    func chunkedRequest() async throws {
        try await run { gateway, upstream in
            let head = GatewayUnderTest.request("POST", more: ["Transfer-Encoding: chunked"])
            let answer = try await gateway.ask(
                head + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-Sum: 7\r\nX-User-Id: 1\r\n\r\n")
            #expect(answer.status == 200)
            let sent = try #require(upstream.requests.first)
            #expect(sent.body == "abcdefg")
            #expect(sent.fields["Transfer-Encoding"] == ["chunked"] && !sent.fields.contains(name: "Content-Length"))
            #expect(sent.trailers?["X-Sum"] == ["7"] && sent.trailers?.contains(name: "X-User-Id") == false)
        }
    }

    @Test("a chunked answer comes down chunked with its trailers, and to an old client without chunks")
    func chunkedAnswer() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request(behave: "chunked"))
            let text = try await client.receive { $0.hasSuffix("0\r\nX-Sum: 6\r\n\r\n") }
            #expect(text.hasSuffix("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\nX-Sum: 6\r\n\r\n"))
            let old = try await gateway.client()
            try await old.send(
                "GET /api/v1/strategies HTTP/1.0\r\nAuthorization: Bearer token-1\r\nX-Behave: chunked\r\n\r\n")
            let answer = try await old.receiveToEnd()
            #expect(answer.hasSuffix("\r\n\r\nonetwo"))
            #expect(answer.contains("Connection: close\r\n") && !answer.contains("Transfer-Encoding"))
        }
    }

    @Test("100 Continue is said once the request may go up, and never before")
    func expectContinue() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            let expecting = ["Expect: 100-continue", "Content-Length: 4"]
            try await client.send(GatewayUnderTest.request("POST", more: expecting))
            try await client.receive { $0 == "HTTP/1.1 100 Continue\r\n\r\n" }
            try await client.send("body")
            try await client.receive { $0.hasSuffix("hello") }
            #expect(upstream.requests.first?.body == "body")
            #expect(upstream.requests.first?.fields.contains(name: "Expect") == false)

            let refused = try await gateway.client()
            try await refused.send(
                "POST /api/v1/strategies HTTP/1.1\r\nHost: a\r\n" + expecting.joined(separator: "\r\n") + "\r\n\r\n")
            let text = try await refused.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 401 "))
            #expect(text.contains("Connection: close\r\n"))
        }
    }

    @Test("an interim answer passes to those who know them")
    func earlyHints() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request(behave: "hints"))
            let text = try await client.receive { $0.hasSuffix("after hints") }
            #expect(text.hasPrefix("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("Connection: close is honoured in both directions")
    func connectionClose() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request(more: ["Connection: close"]))
            let text = try await client.receiveToEnd()
            #expect(text.hasSuffix("hello") && text.contains("Connection: close\r\n"))
            for _ in 0..<2 { #expect(try await gateway.ask(GatewayUnderTest.request(behave: "bye")).body == "bye") }
            #expect(upstream.connectionCount == 2)
        }
    }

    @Test("a client that has said all that it will say still gets its answer")
    func halfClose() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request(behave: "chunked"))
            try await client.sayNoMore()
            #expect(try await client.receiveToEnd().hasSuffix("X-Sum: 6\r\n\r\n"))
        }
    }

    @Test("an upstream that answers before it has read everything is heard, and not used again")
    func earlyAnswer() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request("POST", behave: "early", more: ["Content-Length: 200000"]))
            try await client.send(String(repeating: "x", count: 1000))
            let text = try await client.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 401 ") && text.hasSuffix("early"))
            #expect(text.contains("Connection: close\r\n"))
            _ = try await gateway.ask(GatewayUnderTest.request())
            #expect(upstream.connectionCount == 2)
        }
    }

    @Test("what upstreams say of themselves stays inside, what they set for browsers stays set")
    func upstreamFields() async throws {
        try await run { gateway, _ in
            let answer = try await gateway.ask(GatewayUnderTest.request(behave: "own-fields"))
            #expect(answer.field("X-Frame-Options") == "SAMEORIGIN")
            #expect(answer.field("Server") == nil)
            #expect(answer.field("X-Request-Id") != "mine")
        }
    }

    @Test("OPTIONS is answered without asking anybody")
    func options() async throws {
        try await run { gateway, upstream in
            let asterisk = try await gateway.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(asterisk.status == 204 && asterisk.field("Allow")?.contains("POST") == true)
            let path = try await gateway.ask("OPTIONS /api/v1/auth/login HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(path.status == 204 && path.field("Allow") == "POST, OPTIONS")
            let preflight = try await gateway.ask(
                "OPTIONS /api/v1/strategies/7 HTTP/1.1\r\nHost: a\r\nOrigin: https://desk.example\r\n"
                    + "Access-Control-Request-Method: PATCH\r\nAccess-Control-Request-Headers: authorization\r\n\r\n")
            #expect(preflight.status == 204)
            #expect(preflight.field("Access-Control-Allow-Origin") == "https://desk.example")
            #expect(preflight.field("Access-Control-Allow-Methods") == "GET, PUT, PATCH, DELETE, HEAD")
            #expect(preflight.fields.count { $0.name == "vary" } == 1)
            let answer = try await gateway.ask(GatewayUnderTest.request(more: ["Origin: https://desk.example"]))
            #expect(answer.field("Access-Control-Allow-Origin") == "https://desk.example")
            #expect(answer.field("Access-Control-Expose-Headers")?.contains("RateLimit-Policy") == true)
            let stranger = try await gateway.ask(GatewayUnderTest.request(more: ["Origin: https://evil.example"]))
            #expect(stranger.field("Access-Control-Allow-Origin") == nil && stranger.field("Vary") == "Origin")
            #expect(upstream.requests.count == 2)
        }
    }
}

extension String {
    /// How often a text occurs.
    func components(_ text: String) -> Int { ranges(of: text).count }
}
