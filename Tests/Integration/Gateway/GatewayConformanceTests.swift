import Gateway
import TestSupport
import Testing

/// What RFC 9110 and 9112 ask of a proxy and the other tests do not look at, and the limits to the byte.
@Suite("Gateway, conformance")
struct GatewayConformanceTests {
    private func run(
        _ options: GatewayUnderTest.Options = .init(),
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    @Test("HEAD never gets a body, whoever answers and however the upstream would have sent it")
    func head() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            let requests = [
                GatewayUnderTest.request("HEAD", "/nowhere"), "HEAD /api/v1/strategies HTTP/1.1\r\nHost: a\r\n\r\n",
                GatewayUnderTest.request("HEAD", "/health"), GatewayUnderTest.request("HEAD", behave: "own-fields"),
                GatewayUnderTest.request("GET", more: ["Connection: close"]),
            ]
            try await client.send(requests.joined())
            let text = try await client.receiveToEnd()
            let heads = text.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
            #expect(
                heads.map { $0.prefix(12) } == [
                    "HTTP/1.1 404", "HTTP/1.1 401", "HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 200", "hello",
                ])
            // The fields are those that GET would get (RFC 9110 §9.3.2).
            #expect(heads[0].contains("\r\nContent-Length: ") && !heads[0].contains("Content-Length: 0"))
            #expect(heads[3].contains("\r\nContent-Length: 1"))
        }
    }

    @Test("all requests that came before the client's goodbye are answered")
    func halfClosePipelined() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(
                GatewayUnderTest.request(behave: "chunked") + GatewayUnderTest.request("POST", body: "{}")
                    + GatewayUnderTest.request("GET", "/api/v1/strategies/7"))
            try await client.sayNoMore()
            let text = try await client.receiveToEnd()
            #expect(text.components("HTTP/1.1 200 ") == 3 && text.hasSuffix("hello"))
            #expect(upstream.requests.map(\.uri).last == "/api/v1/strategies/7")
        }
    }

    @Test("a client that ends its direction in the middle of a body is let go at once, whatever waits for its turn")
    func halfCloseInBody() async throws {
        var options = GatewayUnderTest.Options()
        options.timeouts.requestBody = .seconds(600)
        try await run(options) { gateway, upstream in
            for token in ["token-1", "fresh-7"] {  // the body waits for a connection, and for the token's verification
                let client = try await gateway.client()
                try await client.send(
                    "POST /api/v1/strategies HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
                        + "Content-Length: 10\r\n\r\n12345")
                try await client.sayNoMore()
                #expect(!(try await client.receiveToEnd()).contains("HTTP/1.1 200 "))
                await client.close()
            }
            #expect(try await eventually { upstream.requests.allSatisfy { $0.wasAbandoned && !$0.isComplete } })
        }
    }

    @Test("an expectation of HTTP/1.0 is not met, its request all the same")
    func oldExpectation() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(
                "POST /api/v1/strategies HTTP/1.0\r\nAuthorization: Bearer token-1\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 4\r\n\r\nbody")
            let text = try await client.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("hello"))
            #expect(upstream.requests.first?.body == "body")
        }
    }

    @Test("a client that does not wait for 100 Continue has its body taken")
    func eagerBody() async throws {
        try await run { gateway, upstream in
            let answer = try await gateway.ask(
                GatewayUnderTest.request("POST", more: ["Expect: 100-continue", "Transfer-Encoding: chunked"])
                    + "4\r\nbody\r\n0\r\n\r\n")
            // The interim answer comes first, or not at all; the final one follows.
            #expect([100, 200].contains(answer.status))
            #expect(try await eventually { upstream.requests.first?.body == "body" })
        }
    }

    @Test("a target may have 8 KB to the byte, a head a hundred fields and 16 KB to the byte")
    func limits() async throws {
        try await run { gateway, _ in
            let path = "/api/v1/strategies?q="
            for (length, status) in [(8192, 200), (8193, 414)] {
                let query = String(repeating: "a", count: length - path.utf8.count)
                let answer = try await gateway.ask(GatewayUnderTest.request("GET", path + query))
                #expect(answer.status == status)
            }
            for (count, status) in [(98, 200), (99, 431)] {  // besides Host and Authorization
                let fields = (0..<count).map { "X-\($0): a" }
                let answer = try await gateway.ask(GatewayUnderTest.request(more: fields))
                #expect(answer.status == status)
            }
            // A line counts with its colon, its space and its end.
            let others = "Host: desk.example\r\nAuthorization: Bearer token-1\r\nX: \r\n".utf8.count
            for (length, status) in [(16_384 - others, 200), (16_385 - others, 431)] {
                let field = "X: " + String(repeating: "a", count: length)
                let answer = try await gateway.ask(GatewayUnderTest.request(more: [field]))
                #expect(answer.status == status)
            }
        }
    }

    @Test("a body that trickles in is cut off, one that comes at a fair rate is not")
    func bodyRate() async throws {
        var options = GatewayUnderTest.Options()
        options.timeouts.requestBody = .seconds(1)
        try await run(options) { gateway, upstream in
            let slow = try await gateway.client()
            try await slow.send(GatewayUnderTest.request("POST", more: ["Content-Length: 100000"]))
            let trickling = Task {
                while !Task.isCancelled {
                    try? await slow.send("x")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(try await slow.receiveToEnd().hasPrefix("HTTP/1.1 408 "))
            trickling.cancel()
            await slow.close()
            #expect(try await eventually { upstream.requests.first?.wasAbandoned == true })
        }
    }

    @Test("a preflight of a stranger, for no route or for no method learns nothing, and never that all may come")
    func preflights() async throws {
        try await run { gateway, upstream in
            let cases = [
                ("/api/v1/strategies", "https://evil.example", "GET", 204), ("/api/v1/strategies", "null", "GET", 204),
                ("/api/v1/strategies", "https://desk.example.evil.example", "GET", 204),
                ("/api/v1/strategies", "HTTPS://DESK.EXAMPLE", "GET", 204),
                ("/nowhere", "https://desk.example", "GET", 404),
            ]
            for (path, origin, method, status) in cases {
                let answer = try await gateway.ask(
                    "OPTIONS \(path) HTTP/1.1\r\nHost: a\r\nOrigin: \(origin)\r\n"
                        + "Access-Control-Request-Method: \(method)\r\n\r\n")
                #expect(answer.status == status)
                #expect(!answer.description.contains("Access-Control-Allow"), "\(origin)")
            }
            let own = try await gateway.ask(
                "OPTIONS /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nOrigin: https://desk.example\r\n"
                    + "Access-Control-Request-Method: DELETE\r\n\r\n")
            // The methods that there are; the browser finds that its own is not among them.
            #expect(own.field("Access-Control-Allow-Methods") == "POST")
            #expect(own.field("Access-Control-Allow-Credentials") == "true")
            #expect(upstream.requests.isEmpty)
        }
    }

    @Test("what the upstream's Connection names ends at the gateway")
    func upstreamConnection() async throws {
        let answer = "HTTP/1.1 200 OK\r\nConnection: close, X-Mine\r\nX-Mine: a\r\nContent-Length: 5\r\n\r\nhello"
        let upstream = try await RecordingUpstream(scripts: [
            "/api/v1/strategies": .init(bytes: Array(answer.utf8), closes: true)
        ])
        try await GatewayUnderTest.run(upstreams: [upstream.port]) { gateway in
            let client = try await gateway.client()
            for count in 1...2 {
                try await client.send(GatewayUnderTest.request())
                let text = try await client.receive { $0.components("hello") == count }
                #expect(!text.contains("X-Mine") && !text.contains("Connection"))
            }
            await client.close()
        }
        #expect(upstream.connections.count == 2)
        await upstream.stop()
    }
}
