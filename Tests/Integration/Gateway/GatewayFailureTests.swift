import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Gateway, upstreams and clients that fail")
struct GatewayFailureTests {
    private func run(
        _ options: GatewayUnderTest.Options = .init(),
        _ body: @Sendable (GatewayUnderTest, UpstreamUnderTest) async throws -> Void
    ) async throws {
        let upstream = try await UpstreamUnderTest()
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    @Test("a pooled connection that went stale is no error that a client sees, whatever the method")
    func staleConnection() async throws {
        try await run { gateway, upstream in
            for method in ["GET", "DELETE", "POST", "PUT"] {
                #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
                await upstream.closeConnections()
                let answer = try await gateway.ask(
                    GatewayUnderTest.request(method, method == "POST" ? "/api/v1/strategies" : "/api/v1/strategies/1"))
                #expect(answer.status == 200, "\(method)")
            }
        }
    }

    @Test("what a stale connection never sent is sent on another, body and all", arguments: ["POST", "PUT", "PATCH"])
    func neverSent(method: String) async throws {
        try await run { gateway, upstream in
            let path = method == "POST" ? "/api/v1/strategies" : "/api/v1/strategies/1"
            let chunked =
                GatewayUnderTest.request(method, path, more: ["Transfer-Encoding: chunked"]) + "3\r\nabc\r\n0\r\n\r\n"
            for request in [GatewayUnderTest.request(method, path, body: "abc"), chunked] {
                let client = try await gateway.client()
                try await client.send(GatewayUnderTest.request())
                _ = try await client.receiveAnswer()
                let before = upstream.requests.count
                try await gateway.asleep {
                    // The request is there before the end of the upstream connection, and so is read before it.
                    try await client.send(request)
                    await upstream.resetConnections()
                }
                try await client.receive { $0.components("hello") == 2 }
                #expect(upstream.requests.count == before + 1)
                #expect(upstream.requests.last?.body == "abc")
                await client.close()
            }
        }
    }

    @Test("a request that is safe to repeat is repeated once, on a connection of its own")
    func retried() async throws {
        try await run { gateway, upstream in
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
            let answer = try await gateway.ask(GatewayUnderTest.request("GET", behave: "close"))
            #expect(answer.status == 502)
            #expect(answer.body.contains("\"code\":\"upstream_failed\""))
            let attempts = upstream.requests.filter { $0.fields["X-Behave"] == ["close"] }
            #expect(attempts.count == 2)
            #expect(Set(attempts.map(\.connection)).count == 2)
        }
    }

    @Test("a POST that went out is never sent twice", arguments: ["close", "close-at-head", "garbage"])
    func notRetried(behaviour: String) async throws {
        try await run { gateway, upstream in
            for body in ["", "{}"] {
                let before = upstream.requests.count
                let answer = try await gateway.ask(
                    GatewayUnderTest.request("POST", behave: behaviour, body: body))
                #expect(answer.status == 502)
                #expect(upstream.requests.count == before + 1)
            }
        }
    }

    @Test("another instance takes over from one that cannot be connected to, for every method")
    func otherInstance() async throws {
        let (gone, upstream) = (try await UpstreamUnderTest.onPortOfItsOwn(), try await UpstreamUnderTest())
        let port = gone.port
        await gone.stop()
        try await GatewayUnderTest.run(upstreams: [port, upstream.port]) { gateway in
            for method in ["POST", "GET", "POST", "GET"] {
                let answer = try await gateway.ask(GatewayUnderTest.request(method))
                #expect(answer.status == 200)
            }
        }
        await upstream.stop()
    }

    @Test("without any instance the answer is 503, because nothing was done")
    func noInstance() async throws {
        let gone = try await UpstreamUnderTest.onPortOfItsOwn()
        let port = gone.port
        await gone.stop()
        try await GatewayUnderTest.run(upstreams: [port]) { gateway in
            let answer = try await gateway.ask(GatewayUnderTest.request("POST", body: "{}"))
            #expect(answer.status == 503)
            #expect(answer.body.contains("\"code\":\"upstream_unavailable\""))
            #expect(answer.field("Retry-After") == "1")
        }
    }

    @Test("health checks take an instance out and back, and requests follow")
    func healthChecks() async throws {
        var options = GatewayUnderTest.Options()
        options.isHealthChecked = true
        let (first, second) = (
            try await UpstreamUnderTest.onPortOfItsOwn(), try await UpstreamUnderTest.onPortOfItsOwn()
        )
        let port = first.port
        try await GatewayUnderTest.run(options, upstreams: [port, second.port]) { gateway in
            func status() async throws -> Int { try await gateway.ask(GatewayUnderTest.request()).status }
            func health() async throws -> String {
                try await gateway.ask("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").body
            }
            #expect(try await eventually { try await health().hasPrefix("{\"status\":\"ok\"") })
            await first.stop()
            #expect(try await eventually { try await health().hasPrefix("{\"status\":\"degraded\"") })
            for _ in 0..<6 { #expect(try await status() == 200) }
            await second.stop()
            #expect(try await eventually { try await health().hasPrefix("{\"status\":\"unavailable\"") })
            #expect(try await status() == 503)
            let again = try await UpstreamUnderTest(port: port)
            #expect(try await eventually { try await status() == 200 })
            await again.stop()
        }
    }

    @Test("what waits for an instance that has fallen silent is asked of another, unless that could do it twice")
    func silentInstance() async throws {
        var options = GatewayUnderTest.Options()
        options.isHealthChecked = true
        options.timeouts.answerHead = .seconds(20)
        let (silent, other) = (try await UpstreamUnderTest(), try await UpstreamUnderTest())
        try await GatewayUnderTest.run(options, upstreams: [silent.port, other.port]) { gateway in
            func health() async throws -> String {
                try await gateway.ask("GET /health HTTP/1.1\r\nHost: a\r\n\r\n").body
            }
            #expect(try await eventually { try await health().hasPrefix("{\"status\":\"ok\"") })
            silent.fallSilent()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await gateway.ask(GatewayUnderTest.request()).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == [200, 200, 200, 200])
            let asked = silent.requests.filter { $0.uri != "/health" }
            let askedAgain = other.requests.filter { $0.uri != "/health" }
            #expect(!asked.isEmpty && asked.allSatisfy(\.wasAbandoned))
            #expect(askedAgain.count == 4)
        }
        await silent.stop()
        await other.stop()
    }

    @Test("an answer that breaks off is not passed off as complete")
    func cutOff() async throws {
        try await run { gateway, _ in
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request(behave: "cut"))
            let text = try await client.receiveToEnd()
            #expect(text.contains("Content-Length: 100") && text.hasSuffix("half"))
        }
    }

    @Test("what is no answer is 502, and an upstream that says nothing 504")
    func badAnswers() async throws {
        var options = GatewayUnderTest.Options()
        options.timeouts.answerHead = .milliseconds(200)
        try await run(options) { gateway, upstream in
            #expect(try await gateway.ask(GatewayUnderTest.request(behave: "garbage")).status == 502)
            let late = try await gateway.ask(GatewayUnderTest.request(behave: "hang"))
            #expect(late.status == 504 && late.body.contains("\"code\":\"upstream_timeout\""))
            #expect(try await eventually { upstream.requests.last?.wasAbandoned == true })
            #expect(upstream.requests.count { $0.fields["X-Behave"] == ["hang"] } == 1)
        }
    }

    @Test("a client that goes away takes its request with it, whichever way it goes")
    func clientAborts() async throws {
        try await run { gateway, upstream in
            for (count, resets) in [(1, true), (2, false)] {
                let client = try await gateway.client()
                try await client.send(GatewayUnderTest.request(behave: "hang"))
                #expect(try await eventually { upstream.requests.count == count })
                if resets { try await client.reset() } else { await client.close() }
                #expect(try await eventually { upstream.requests.last?.wasAbandoned == true })
            }
            let uploading = try await gateway.client()
            try await uploading.send(GatewayUnderTest.request("POST", more: ["Content-Length: 100"]) + "some")
            #expect(try await eventually { upstream.requests.last?.bodyBytes == 4 })
            await uploading.close()
            #expect(try await eventually { upstream.requests.last?.wasAbandoned == true })
            #expect(try await gateway.ask(GatewayUnderTest.request()).status == 200)
        }
    }
}
