import Gateway
import TestSupport
import Testing

@Suite("Event stream, its beginning")
struct GatewayStreamHandshakeTests: GatewayStreamSuite {
    // MARK: The handshake

    @Test("it is opened by a token, and answered with what proves that the key was read")
    func opens() async throws {
        try await run { gateway in
            gateway.stream.hub.begin(at: 7)
            let client = try await WebSocketClient(port: gateway.port, token: "token-1")
            #expect(client.status == 101 && client.field("Sec-WebSocket-Accept") == WebSocketClient.accept)
            #expect(client.field("Last-Event-ID") == "7-0" && client.field("Sec-WebSocket-Extensions") == nil)
            #expect(client.field("X-Request-Id") != nil && client.field("RateLimit") != nil)
            #expect(try await eventually { gateway.stream.counters.open.value == 1 })
            await client.close()
            #expect(try await eventually { gateway.stream.counters.open.value == 0 })
        }
    }

    @Test("it may be any request of a connection, and frames may come with it")
    func keptAlive() async throws {
        try await run { gateway in
            gateway.stream.hub.begin()
            let client = try await gateway.client()
            try await client.send(GatewayUnderTest.request())
            #expect(try await client.receiveAnswer().status == 200)
            // The third request waits for the second one's answer, and has a ping in its packet.
            let ping = WebSocketClient.frame(0x89, Array("hello".utf8))
            try await client.send(
                Array((GatewayUnderTest.request() + WebSocketClient.request(token: "token-1")).utf8) + ping)
            let text = try await client.receive { $0.hasSuffix("\u{5}hello") }
            #expect(text.components("HTTP/1.1 200") == 2 && text.components("HTTP/1.1 101") == 1)
            await client.close()
        }
    }

    @Test("frames that come while the token is being verified wait for the handshake's end")
    func early() async throws {
        try await run { gateway in
            let client = try await gateway.client()
            let ping = WebSocketClient.frame(0x89, Array("hello".utf8))
            try await client.send(Array(WebSocketClient.request(token: "fresh-1").utf8) + ping)
            try await client.send(WebSocketClient.frame(0x89, Array("again".utf8)))
            let text = try await client.receive { $0.hasSuffix("\u{5}again") }
            #expect(text.hasPrefix("HTTP/1.1 101") && text.contains("\u{5}hello"))
            await client.close()
        }
    }

    @Test("what is no handshake, or not allowed, is refused as any request is")
    func refused() async throws {
        try await run { gateway in
            let plain = try await gateway.ask(
                GatewayUnderTest.request("GET", "/api/v1/stream", more: ["Connection: close"]))
            #expect(plain.status == 426 && plain.field("Upgrade") == "websocket")
            #expect(plain.body.contains("\"code\":\"upgrade_required\""))
            let post = try await gateway.ask(GatewayUnderTest.request("POST", "/api/v1/stream", body: ""))
            #expect(post.status == 405)
            func status(_ token: String?, _ fields: String...) async throws -> Int {
                let client = try await WebSocketClient(port: gateway.port, token: token, fields: fields)
                await client.close()
                return client.status
            }
            #expect(try await status("nonsense") == 401)
            #expect(try await status(nil, "Cookie: cryptodesk_access=token-1") == 403)
            #expect(try await status(nil, "Cookie: cryptodesk_access=token-1", "Sec-Fetch-Site: same-origin") == 101)
            #expect(try await status("token-1", "Origin: https://evil.example") == 403)
            #expect(try await status("token-1", "Origin: https://desk.example") == 101)
            #expect(try await status("token-1", "Content-Length: 1") == 400)
        }
    }

    @Test("there are limits: on handshakes, on the streams of a user, and on all streams")
    func limits() async throws {
        try await run {
            $0.limit = "1/h burst 4"
            $0.stream.connectionsOfUser = 2
            $0.stream.connections = 3
        } _: { gateway in
            func open(_ token: String?) async throws -> WebSocketClient {
                try await WebSocketClient(port: gateway.port, token: token)
            }
            let clients = [try await open("token-1"), try await open("token-1")]
            let third = try await open("token-1")
            #expect(clients.map(\.status) == [101, 101] && third.status == 429)
            let body = try await gateway.ask(WebSocketClient.request(token: "token-1"))
            #expect(body.status == 429 && body.body.contains("too_many_connections"))
            #expect(body.field("Retry-After") == "5")
            #expect(try await open("token-1").status == 429, "and now the limit on handshakes")
            let other = try await open("token-2")
            #expect(other.status == 101)
            let full = try await gateway.ask(WebSocketClient.request(token: "token-3"))
            #expect(full.status == 503 && full.field("Retry-After") == "5" && full.body.contains("overloaded"))
            await clients[0].close()
            #expect(try await eventually { gateway.stream.counters.open.value == 2 })
            let later = try await open(nil)
            #expect(later.status == 101)
            try await later.send(text: #"{"type":"auth","token":"token-1"}"#)
            #expect(try await later.closeCode() == 4429, "the limit of the user's requests is used up")
            for client in clients + [other] { await client.close() }
        }
    }

    // MARK: The first message

    @Test("the first message may bring the token, and a later one a newer token of the same user")
    func firstMessage() async throws {
        try await run { gateway in
            gateway.stream.hub.begin()
            let client = try await WebSocketClient(port: gateway.port)
            #expect(client.status == 101)
            // What happens between the handshake and the token is not missed.
            gateway.stream.hub.publish(1)
            try await client.send(text: #"{"type":"auth","token":"fresh-1"}"#)
            #expect(try await numbers(client, 1) == [1])
            try await client.send(text: #"{"type":"auth","token":"token-1"}"#)
            gateway.stream.hub.publish(2)
            #expect(try await numbers(client, 1) == [2])
            try await client.send(text: #"{"type":"auth","token":"token-2"}"#)
            #expect(try await client.closeCode() == 1008)
        }
    }

    @Test(
        "a message that is something else ends the stream with a code that says why",
        arguments: [
            ([UInt8](#"{"type":"auth","token":"nonsense"}"#.utf8), 0x81, 4401),
            ([UInt8](#"{"type":"auth","token":"away"}"#.utf8), 0x81, 1013),
            ([UInt8](#"{"type":"auth"}"#.utf8), 0x81, 1008), ([UInt8]("{".utf8), 0x81, 1008),
            ([1, 2, 3], 0x82, 1003), ([0xFF], 0x81, 1007), ([UInt8](repeating: 0x20, count: 20_000), 0x81, 1009),
            ([], 0xC1, 1002), ([], 0x80, 1002), ([], 0x83, 1002), ([], 0x09, 1002),
        ] as [([UInt8], UInt8, Int)])
    func wrongMessages(payload: [UInt8], first: UInt8, code: Int) async throws {
        try await run { gateway in
            let client = try await WebSocketClient(port: gateway.port)
            try await client.send(bytes: WebSocketClient.frame(first, payload))
            #expect(try await client.closeCode() == code)
            try await client.waitForEnd()
            #expect(try await eventually { gateway.stream.counters.open.value == 0 })
        }
    }

    @Test("a client that never says who it is, or sends frames without end, is not kept")
    func silent() async throws {
        try await run {
            $0.stream.authentication = .milliseconds(200)
            $0.stream.webSocket.framesPerSecond = 20
        } _: { gateway in
            let silent = try await WebSocketClient(port: gateway.port)
            #expect(try await silent.closeCode() == 4401)
            let flood = try await WebSocketClient(port: gateway.port, token: "token-1")
            try await flood.send(bytes: (0..<60).flatMap { _ in WebSocketClient.frame(0x89, []) })
            #expect(try await flood.closeCode() == 1008)
            let unmasked = try await WebSocketClient(port: gateway.port, token: "token-1")
            try await unmasked.send(bytes: WebSocketClient.frame(0x81, [0x61], mask: nil))
            #expect(try await unmasked.closeCode() == 1002)
        }
    }
}
