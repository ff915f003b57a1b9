import Authentication
import Foundation
import Gateway
import HTTPService
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@Suite("WebSockets of the services")
struct GatewayTunnelTests {
    /// The shipped file, with routes that may be passed through.
    private static let routes = """

          - name: feed
            methods: GET
            path: /api/v1/feed
            upstream: strategies
            policies: user
            allows_upgrade: true

          - name: open
            methods: GET
            path: /open
            upstream: strategies
            access: anonymous
            policies: address
            allows_upgrade: true

        """

    private func run(
        answer: String = SwitchingUpstream.answer, _ change: (inout GatewayUnderTest.Options) -> Void = { _ in },
        _ body: @Sendable (GatewayUnderTest, SwitchingUpstream) async throws -> Void
    ) async throws {
        let upstream = try await SwitchingUpstream(answer: answer)
        var options = GatewayUnderTest.Options()
        let path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shipped = try String(contentsOfFile: GatewayUnderTest.shippedConfigurationPath, encoding: .utf8)
        try (shipped + Self.routes).write(toFile: path, atomically: true, encoding: .utf8)
        options.configurationPath = path
        change(&options)
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { try await body($0, upstream) }
        await upstream.stop()
    }

    private func handshake(_ behave: String = "echo", _ fields: String..., path: String = "/api/v1/feed") -> String {
        WebSocketClient.request(path, token: "token-1", fields: ["X-Behave: \(behave)"] + fields)
    }

    @Test("bytes pass both ways after the 101, also those that came with it")
    func passes() async throws {
        try await run(answer: SwitchingUpstream.answer + "first") { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(handshake() + "second")
            let text = try await client.receive { $0.hasSuffix("firstsecond") }
            #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(text.contains("\r\nConnection: Upgrade\r\n") && text.contains("\r\nUpgrade: websocket\r\n"))
            #expect(text.contains("Sec-WebSocket-Accept: s3pP") && text.contains("X-Request-Id: "))
            #expect(!text.contains("secret") && !text.contains("Connection: close"))
            try await client.send("\u{0}\u{1}third")
            try await client.receive { $0.hasSuffix("\u{0}\u{1}third") }
            let head = try #require(upstream.heads.first)
            #expect(head.contains("\r\nConnection: Upgrade") && head.contains("\r\nUpgrade: websocket"))
            #expect(
                head.contains("\r\nSec-WebSocket-Key: \(WebSocketClient.key)") && head.contains("X-Forwarded-For: 127"))
            await client.close()
        }
    }

    @Test("an end of one direction is passed on, and what comes back still arrives")
    func halfClose() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(handshake("sink"))
            try await client.receive { $0.contains("101") && $0.hasSuffix("\r\n\r\n") }
            try await client.send("last words")
            try await client.sayNoMore()
            let text = try await client.receiveToEnd()
            #expect(text.hasSuffix("goodbye") && upstream.receivedText == "last words" && upstream.ends == 1)
        }
    }

    @Test("a side that takes no bytes stops the other, and nothing is lost when it goes on")
    func backpressure() async throws {
        try await run { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(handshake("stall"))
            try await client.receive { $0.contains("101") && $0.hasSuffix("\r\n\r\n") }
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            let count = 40
            let sending = Task { for _ in 0..<count { try await client.send(piece) } }
            // More than all buffers between hold; so it cannot all have been taken before the upstream reads.
            try await upstream.startReading()
            try await sending.value
            #expect(try await eventually { upstream.receivedCount == count << 20 })
            await client.close()
            #expect(try await eventually { upstream.ends == 1 })
        }
    }

    @Test("a large echo comes back whole to a client that reads late")
    func echo() async throws {
        try await run { gateway, upstream in
            let client = try await RawClient(port: gateway.port, reads: false, keeps: false)
            try await client.send(handshake())
            #expect(try await eventually { upstream.heads.count == 1 })
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            let sending = Task { for _ in 0..<16 { try await client.send(piece) } }
            try await client.startReading()
            try await sending.value
            #expect(try await eventually { client.byteCount > 16 << 20 })
            await client.close()
        }
    }

    @Test("only routes that say so are passed through, after the same guards")
    func guarded() async throws {
        try await run { gateway, upstream in
            func status(_ request: String) async throws -> Int { try await gateway.ask(request).status }
            let notAskedFor = try await status(handshake(path: "/api/v1/strategies"))
            #expect(notAskedFor == 502)
            #expect(upstream.heads.first?.contains("Upgrade") == false)
            #expect(try await status(WebSocketClient.request("/api/v1/feed")) == 401)
            #expect(
                try await status(WebSocketClient.request("/api/v1/feed", fields: ["Cookie: cryptodesk_access=token-1"]))
                    == 403)
            #expect(try await status(handshake("echo", "Origin: https://evil.example")) == 403)
            let h2c = handshake().replacing("Upgrade: websocket", with: "Upgrade: h2c")
            #expect(try await status(h2c) == 502)
            #expect(upstream.heads.count == 2 && upstream.heads.last?.contains("h2c") == false)
        }
    }

    @Test("an upstream that does not switch answers as always")
    func refusal() async throws {
        try await run(answer: "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno") { gateway, _ in
            let answer = try await gateway.ask(handshake())
            #expect(answer.status == 403 && answer.body == "no")
        }
        // To another protocol than it was asked for.
        try await run(answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n") {
            gateway, _ in
            let answer = try await gateway.ask(handshake())
            #expect(answer.status == 502)
        }
    }

    @Test("a tunnel goes on although another configuration has no route for it any more")
    func reload() async throws {
        let upstream = try await SwitchingUpstream()
        let path = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let shipped = try String(contentsOfFile: GatewayUnderTest.shippedConfigurationPath, encoding: .utf8)
        try (shipped + Self.routes).write(toFile: path, atomically: true, encoding: .utf8)
        var options = GatewayUnderTest.Options()
        options.configurationPath = path
        try await GatewayUnderTest.run(options, upstreams: [upstream.port]) { gateway in
            let client = try await gateway.client()
            try await client.send(handshake())
            try await client.receive { $0.contains("101") && $0.hasSuffix("\r\n\r\n") }
            try shipped.write(toFile: path, atomically: true, encoding: .utf8)
            guard case .adopted = await gateway.live.reload() else {
                Issue.record("it was not adopted")
                return
            }
            #expect(try await gateway.ask(handshake()).status == 404)
            try await client.send("still here")
            try await client.receive { $0.hasSuffix("still here") }
            await client.close()
        }
        await upstream.stop()
    }

    @Test("a tunnel ends with the session that it belongs to")
    func revoked() async throws {
        let revoked = Atomic(false)
        try await run {
            $0.verdict = { _ in revoked.load(ordering: .relaxed) ? .revoked : .valid }
        } _: { gateway, upstream in
            let (own, anybodys) = (try await gateway.client(), try await gateway.client())
            try await own.send(handshake())
            try await anybodys.send(handshake(path: "/open"))
            for client in [own, anybodys] { try await client.receive { $0.hasPrefix("HTTP/1.1 101") } }
            revoked.store(true, ordering: .relaxed)
            try await own.receiveToEnd()
            try await anybodys.send("still here")
            try await anybodys.receive { $0.hasSuffix("still here") }
            await anybodys.close()
        }
    }

    @Test("a tunnel that is silent for too long ends, and so does every one when the gateway stops")
    func ends() async throws {
        try await run {
            $0.timeouts.tunnel = .milliseconds(300)
        } _: { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(handshake())
            let text = try await client.receiveToEnd()
            #expect(text.hasPrefix("HTTP/1.1 101"))
            #expect(try await eventually { upstream.ends == 1 })
        }
    }

    @Test("a gateway that stops tells the client to connect elsewhere, between two frames of the service's")
    func drain() async throws {
        // The 101 is followed by the first half of a frame.
        try await run(answer: SwitchingUpstream.answer + "\u{1}\u{6}abc") { gateway, upstream in
            let client = try await gateway.client()
            try await client.send(handshake(path: "/open"))
            try await client.receive { $0.hasSuffix("abc") }
            gateway.drain.beginDraining()
            // The upstream echoes the frame's other half, and what is too late.
            try await client.send("def" + "\u{1}\u{4}late")
            let text = try await client.receive { $0.hasSuffix("connect again") }
            #expect(text.contains("abcdef") && text.contains("\u{3}\u{FFFD}The gateway restarts"))
            #expect(!text.contains("late") || text.contains("abcdef\u{1}\u{4}late"), "before the goodbye, or never")
            // It does not go by itself.
            try await client.receiveToEnd()
            #expect(try await eventually { upstream.ends == 1 })
        }
    }
}
