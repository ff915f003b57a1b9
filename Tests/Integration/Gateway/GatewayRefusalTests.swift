import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Gateway, what is refused")
struct GatewayRefusalTests {
    private func run(
        _ options: GatewayUnderTest.Options = .init(),
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    private static let head = "Host: a\r\nAuthorization: Bearer token-1\r\n"

    /// Bytes that two servers could understand in two ways, or that are no HTTP at all.
    private static let ambiguous: [String] = [
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: 4, 4\r\n\r\nbody",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: +4\r\n\r\nbody",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: 0x4\r\n\r\nbody",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: 4 4\r\n\r\nbody",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: -1\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length: 99999999999999999999999\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Content-Length : 4\r\n\r\nbody",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding:\u{0b}chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.0\r\n\(head)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n3\r\nabc0\r\n\r\n",
        "POST /api/v1/strategies HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)Host: b\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\nAuthorization: Bearer token-1\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\nHost: a/b\r\nAuthorization: Bearer token-1\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\n\(head)\r\n", "GET /api/v1/strategies HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X: a\r\n b\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X: a\rb\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X: a\0b\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X\0: a\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X: \u{1}\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head): a\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X y: a\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n\(head)X\r\n\r\n",
        "GET /api/v1/strategies HTTP/1.1\r\n X: a\r\n\(head)\r\n",
        "GET\t/api/v1/strategies HTTP/1.1\r\n\(head)\r\n", "GET /api/v1/strategies HTTP/1.1 \r\n\(head)\r\n",
        "GET /api/v1/strategies HTTP/1.2\r\n\(head)\r\n", "GET /api/v1/strategies HTTP/2.0\r\n\(head)\r\n",
        "GET /api/v1/strategies HTTP/0.9\r\n\(head)\r\n", "GET /api/v1/strategies http/1.1\r\n\(head)\r\n",
        "GET /api/v1/strategies\r\n\r\n", "G\u{e4}T / HTTP/1.1\r\n\(head)\r\n",
        "get /api/v1/strategies HTTP/1.1\r\n\(head)\r\n",
        "GET /api/v1/../v1/strategies HTTP/1.1\r\n\(head)\r\n", "GET //api/v1/strategies HTTP/1.1\r\n\(head)\r\n",
        "GET /api%2fv1/strategies HTTP/1.1\r\n\(head)\r\n", "GET /api/v1/strategies/%2e%2e HTTP/1.1\r\n\(head)\r\n",
        "GET /api/v1/strategies/%00 HTTP/1.1\r\n\(head)\r\n", "GET /api/v1/strategies#a HTTP/1.1\r\n\(head)\r\n",
        "GET api/v1/strategies HTTP/1.1\r\n\(head)\r\n", "GET * HTTP/1.1\r\n\(head)\r\n",
        "GET http://user@a/api/v1/strategies HTTP/1.1\r\n\(head)\r\n", "CONNECT a:443 HTTP/1.1\r\n\(head)\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}", "\0", " GET / HTTP/1.1\r\n\r\n",
    ]

    @Test(
        "what could be read in two ways ends in an error and a closed connection, and never goes up whole",
        arguments: ambiguous)
    func ambiguity(bytes: String) async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(bytes)
            // What a second server might take for a request of its own.
            try? await client.send(GatewayUnderTest.request("DELETE", "/api/v1/strategies/666"))
            let text = try await client.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 4") || text.hasPrefix("HTTP/1.1 501 "), "\(bytes)")
            #expect(text.components("HTTP/1.1 ") == 1 && text.contains("\r\nConnection: close\r\n"), "\(text)")
            await client.close()
            #expect(upstream.requests.allSatisfy { !$0.isComplete && $0.method == .POST })
            let next = try await gateway.ask(GatewayUnderTest.request())
            #expect(next.status == 200)
        }
    }

    @Test(
        "what a server may overlook goes up as one plain request",
        arguments: [
            "GET  /api/v1/strategies HTTP/1.1\r\n\(head)\r\n", "GET /api/v1/strategies  HTTP/1.1\r\n\(head)\r\n",
            "\r\n\r\nGET /api/v1/strategies HTTP/1.1\r\n\(head)\r\n",
            "GET /api/v1/strategies HTTP/1.1\r\n\(head)X:\t a \t\r\n\r\n",
        ])
    func overlooked(bytes: String) async throws {
        try await run { gateway, upstream in
            let answer = try await gateway.ask(bytes)
            #expect(answer.status == 200)
            #expect(upstream.requests.map(\.uri) == ["/api/v1/strategies"])
        }
    }

    @Test("pipelined nonsense is refused after the answers before it")
    func pipelinedNonsense() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request() + "nonsense\r\n\r\n")
            let text = try await client.receiveToEnd()
            let first = RawAnswer(text)
            #expect(first.status == 200 && first.body == "hello")
            #expect(first.rest.hasPrefix("HTTP/1.1 400 "))
            #expect(upstream.requests.count == 1)
            await client.close()
        }
    }

    @Test("a target or a head over its limit has a status of its own, however far over")
    func headLimits() async throws {
        try await run { gateway, _ in
            for length in [9000, 15_000, 17_000, 20_000, 32_000, 40_000, 66_000, 200_000] {
                let client = try await gateway.client()
                try? await client.send("GET /\(String(repeating: "a", count: length)) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.receiveToEnd().hasPrefix("HTTP/1.1 414 "), "\(length)")
                await client.close()
            }
            for length in [16_384, 30_000, 200_000] {
                let client = try await gateway.client()
                try? await client.send(
                    "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: length))\r\n\r\n")
                #expect(try await client.receiveToEnd().hasPrefix("HTTP/1.1 431 "), "\(length)")
                await client.close()
            }
            let client = try await gateway.client()
            try? await client.send(
                "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<5000).map { "X\($0): y\r\n" }.joined() + "\r\n")
            #expect(try await client.receiveToEnd().hasPrefix("HTTP/1.1 431 "))
            await client.close()
        }
    }

    @Test("a head over its limit that comes right behind another request is told apart all the same")
    func pipelinedHeadLimits() async throws {
        let long = String(repeating: "a", count: 20_000)
        let cases = [("GET /\(long) HTTP/1.1\r\nHost: a", 414), ("GET / HTTP/1.1\r\nHost: a\r\nX: b \(long)", 431)]
        try await run { gateway, _ in
            for (head, status) in cases {
                let client = try await gateway.client()
                try await client.send(GatewayUnderTest.request() + head + "\r\n\r\n")
                let text = try await client.receiveToEnd()
                #expect(text.hasPrefix("HTTP/1.1 200 ") && RawAnswer(text).rest.hasPrefix("HTTP/1.1 \(status) "))
                await client.close()
            }
        }
    }

    @Test("trailer fields over the limit are header fields over the limit", arguments: [30_000, 200_000])
    func trailerLimit(length: Int) async throws {
        try await run { gateway, _ in
            for trailer in [
                "X: \(String(repeating: "a", count: length))", String(repeating: "X: y\r\n", count: length / 6),
            ] {
                let client = try await gateway.client()
                try? await client.send(
                    GatewayUnderTest.request("POST", more: ["Transfer-Encoding: chunked"])
                        + "3\r\nabc\r\n0\r\n\(trailer)\r\n\r\n")
                #expect(try await client.receiveToEnd().hasPrefix("HTTP/1.1 431 "))
                await client.close()
            }
        }
    }

    @Test("a method that is none of HTTP's is not implemented, one that a route does not take is not allowed")
    func methods() async throws {
        try await run { gateway, upstream in
            for method in ["BREW", "get", "X-1", "GETS"] {
                for first in ["", "\r\n", GatewayUnderTest.request()] {
                    let client = try await gateway.client()
                    try await client.send("\(first)\(method) /api/v1/strategies HTTP/1.1\r\n\(Self.head)\r\n")
                    let text = try await client.receiveToEnd()
                    let answer = RawAnswer(first.count > 2 ? RawAnswer(text).rest : text)
                    #expect(answer.status == 501 && answer.body.contains("\"code\":\"not_implemented\""), "\(text)")
                    await client.close()
                }
            }
            for method in ["TRACE", "PROPFIND", "PUT"] {
                let answer = try await gateway.ask(GatewayUnderTest.request(method))
                #expect(
                    answer.status == 405 && answer.field("Allow")?.contains("GET") == true, "\(method) \(answer)")
            }
            for line in ["B\u{e4}W / HTTP/1.1", "BREW / HTTP/3.0", "BREW", "(B) / HTTP/1.1", " / HTTP/1.1"] {
                let client = try await gateway.client()
                try await client.send("\(line)\r\nHost: a\r\n\r\n")
                #expect(try await client.receiveToEnd().hasPrefix("HTTP/1.1 400 "), "\(line)")
                await client.close()
            }
            #expect(upstream.requests.allSatisfy { $0.method == .GET })
        }
    }

    @Test("a body over the limit is refused up front when it says so, and when it turns out to be")
    func bodyLimit() async throws {
        try await run { gateway, upstream in
            let limit = 10 * 1024 * 1024
            let announced = try await gateway.client()
            try await announced.send(GatewayUnderTest.request("POST", more: ["Content-Length: \(limit + 1)"]))
            let refusal = RawAnswer(try await announced.receiveToEnd())
            #expect(refusal.status == 413 && refusal.body.contains("\"code\":\"body_too_large\""))
            #expect(upstream.requests.isEmpty)
            await announced.close()

            let chunk = "10000\r\n" + String(repeating: "c", count: 65_536) + "\r\n"
            let counted = try await gateway.client()
            try await counted.send(GatewayUnderTest.request("POST", more: ["Transfer-Encoding: chunked"]))
            for _ in 0..<160 { try await counted.send(chunk) }
            #expect(counted.text == "")
            try? await counted.send("1\r\nx\r\n0\r\n\r\n")
            #expect(RawAnswer(try await counted.receiveToEnd()).status == 413)
            await counted.close()
            #expect(try await eventually { upstream.requests.first?.wasAbandoned == true })
            #expect(upstream.requests.first?.isComplete == false)

            let exact = try await gateway.client()
            try await exact.send(GatewayUnderTest.request("POST", more: ["Transfer-Encoding: chunked"]))
            for _ in 0..<160 { try await exact.send(chunk) }
            try await exact.send("0\r\n\r\n")
            #expect(try await exact.receiveAnswer().status == 200)
            #expect(upstream.requests.last?.bodyBytes == limit)
            await exact.close()
        }
    }

    @Test("a sender that is too slow is cut off with 408, one that says nothing without a word")
    func slowSenders() async throws {
        var options = GatewayUnderTest.Options()
        options.timeouts.requestHead = .seconds(1)
        options.timeouts.requestBody = .seconds(1)
        options.timeouts.keepAlive = .seconds(1)
        try await run(options) { gateway, upstream in
            let head = try await gateway.client()
            let trickling = Task {
                for character in "GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" {
                    try? await head.send("\(character)")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(try await head.receiveToEnd().hasPrefix("HTTP/1.1 408 "))
            trickling.cancel()

            let body = try await gateway.client()
            try await body.send(GatewayUnderTest.request("POST", more: ["Content-Length: 10"]) + "12345")
            #expect(try await body.receiveToEnd().hasPrefix("HTTP/1.1 408 "))
            #expect(try await eventually { upstream.requests.first?.wasAbandoned == true })

            let silent = try await gateway.client()
            #expect(try await silent.receiveToEnd() == "")
            let idle = try await gateway.client()
            try await idle.send(GatewayUnderTest.request())
            #expect(try await idle.receiveToEnd().hasSuffix("hello"))
            for client in [head, body, silent, idle] { await client.close() }
        }
    }

    @Test("a connection over the limit is told so")
    func connectionLimit() async throws {
        var options = GatewayUnderTest.Options()
        options.maximumConnections = 2
        try await run(options) { gateway, _ in
            let first = try await gateway.client()
            let second = try await gateway.client()
            for client in [first, second] {
                try await client.send(GatewayUnderTest.request())
                _ = try await client.receiveAnswer()
            }
            let third = try await gateway.client()
            let text = try await third.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 503 ") && text.contains("\"code\":\"overloaded\""))
            await first.close()
            await third.close()
            #expect(try await eventually { try await gateway.ask(GatewayUnderTest.request()).status == 200 })
            await second.close()
        }
    }

    @Test("a refused request with a short body is answered at its end, and leaves the connection usable")
    func shortRest() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            try await client.send("POST /api/v1/strategies HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n123")
            // A proxy in front that is answered in the middle of a body closes its client's connection.
            for _ in 0..<10 { #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200) }
            #expect(client.text == "")
            try await client.send("45" + GatewayUnderTest.request())
            let text = try await client.receive { $0.hasSuffix("hello") }
            #expect(text.hasPrefix("HTTP/1.1 401 ") && !text.contains("Connection: close"))
            await client.close()
        }
    }

    @Test("a refused request whose short body does not come is answered when its time is over")
    func missingRest() async throws {
        var options = GatewayUnderTest.Options()
        options.timeouts.requestBody = .milliseconds(200)
        try await run(options) { gateway, _ in
            let client = try await gateway.client()
            try await client.send("POST /api/v1/strategies HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n123")
            let text = try await client.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 401 ") && text.contains("Connection: close\r\n"))
            await client.close()
        }
    }
}
